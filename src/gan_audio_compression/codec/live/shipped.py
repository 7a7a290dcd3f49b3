"""The live codec that ships with the package."""

from pathlib import Path

from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.models import MODELS
from gan_audio_compression.networks.errors import ModelFileError

LIVE_MODEL = MODELS / "live" / "default.safetensors"


def open_live_model(path: Path | None = None) -> LiveModel:
    """Open a model file of the live codec; None for that of the package.

    Raises:
        ModelFileError: the file cannot be read or is no sound model; the message names it.
    """
    path = LIVE_MODEL if path is None else path
    try:
        return LiveModel.from_bytes(path.read_bytes())
    except OSError as error:
        raise ModelFileError(
            f"{path} cannot be read ({error.strerror}); give the path of a model file."
        ) from error
    except ModelFileError as error:
        error.args = (f"{path}: {error}",)
        raise
