"""Logs a codec to the MLflow run that is open, so that `mlflow.pyfunc.load_model` opens it."""

import io
import shutil
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import soundfile
from mlflow.models.signature import ModelSignature
from mlflow.types.schema import ColSpec, DataType, ParamSchema, ParamSpec, Schema

from gan_audio_compression.codec.search.presets import DEFAULT_EFFORT
from gan_audio_compression.signal.spec import SAMPLE_RATE

_PACKAGE = Path(__file__).resolve().parents[1]
# What encoding, with a search too, and decoding import.
_REQUIREMENTS = (
    "array-api-compat",
    "constriction",
    "mlflow",
    "numpy",
    "pandas",
    "safetensors",
    "soundfile",
    "soxr",
    "threadpoolctl",
    "torch",
    "tqdm",
)


def log_codec(name: str, model: Any, registered: str | None) -> None:
    """Log a codec with its code, signature, example and requirements.

    Args:
        name: of the model in the run.
        model: of any of the codecs here.
        registered: of a model in the registry, which gets a new version; None for none.
    """
    with TemporaryDirectory() as folder:
        weights = Path(folder) / f"{name}.safetensors"
        weights.write_bytes(model.to_bytes())
        code = Path(folder) / _PACKAGE.name
        without = shutil.ignore_patterns("*.safetensors", "__pycache__")
        shutil.copytree(_PACKAGE, code, ignore=without)
        mlflow.pyfunc.log_model(
            name=name,
            python_model=str(_PACKAGE / "tracking" / "served_codec.py"),
            artifacts={"model": str(weights)},
            code_paths=[str(code)],
            signature=_signature(),
            input_example=_example(),
            pip_requirements=[f"{package}=={version(package)}" for package in _REQUIREMENTS],
            registered_model_name=registered,
            metadata={"digest": model.digest},
        )


def _signature() -> ModelSignature:
    files = Schema([ColSpec(DataType.binary, "data")])
    options = ParamSchema(
        [
            ParamSpec("bitrate", DataType.double, 0.0),
            ParamSpec("effort", DataType.long, DEFAULT_EFFORT),
        ]
    )
    return ModelSignature(files, files, options)


def _example() -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return a recording of half a second, a tone that glides as a voice may, and its parameters.

    MLflow encodes it whenever a model is logged: a search would take longer than all the rest.
    """
    time = np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE
    tone = 0.1 * np.sin(2 * np.pi * (150 * time + 100 * time**2))
    file = io.BytesIO()
    soundfile.write(file, tone, SAMPLE_RATE, format="WAV")
    return pd.DataFrame({"data": [file.getvalue()]}), {"effort": 0}
