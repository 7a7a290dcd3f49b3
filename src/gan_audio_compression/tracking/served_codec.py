"""The codec as MLflow loads it: a recording in, its .gac file out, and back.

MLflow keeps this file beside the weights and runs it to load the model, so that nothing is pickled.
"""

import io
from typing import Any

import mlflow
import pandas as pd
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from gan_audio_compression.codec.codec import Codec
from gan_audio_compression.codec.container.header import MAGIC

COLUMN = "data"


class ServedCodec(PythonModel):
    """Takes and gives the bytes of files, in the column `data`.

    A .gac file becomes a WAV; any other is taken for a recording and becomes a .gac file.
    """

    def load_context(self, context: PythonModelContext) -> None:
        """Open the weights that were logged."""
        self._codec = Codec.load(context.artifacts["model"])

    def predict(
        self,
        context: PythonModelContext,
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """Return the other form of each file.

        Args:
            context: of MLflow.
            model_input: a row for each file.
            params: of encoding: `bitrate` in bit/s, 0 for that of the model, and `effort`, 0 to 9.

        Raises:
            GanAudioCompressionError: a file is neither audio nor a sound .gac file of this model.
        """
        options = dict(params or {})
        options["bitrate"] = options.get("bitrate") or None
        files = [self._other_form(bytes(data), options) for data in model_input[COLUMN]]
        return pd.DataFrame({COLUMN: files})

    def _other_form(self, data: bytes, options: dict[str, Any]) -> bytes:
        source, target = io.BytesIO(data), io.BytesIO()
        if data.startswith(MAGIC):
            self._codec.decode_file(source, target)
        else:
            self._codec.encode_file(source, target, **options)
        return target.getvalue()


mlflow.models.set_model(ServedCodec())
