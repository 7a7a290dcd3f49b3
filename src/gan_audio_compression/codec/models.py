"""The models that ship with the package, by name; names are found without PyTorch."""

import io
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.networks.errors import ModelFileError, NotAModelError
from gan_audio_compression.networks.model_header import read_header

if TYPE_CHECKING:
    from gan_audio_compression.codec.trained_codec import TrainedCodec

DEFAULT_MODEL = "default"
"""Name of the model that is used where none is named."""

MODELS = Path(__file__).resolve().parents[1] / "models"
_SUFFIX = ".safetensors"


class UnknownModelError(GanAudioCompressionError):
    """No model of that name ships with the package."""


def model_names() -> list[str]:
    """Return the names of the models that ship with the package, in order."""
    return sorted(path.stem for path in MODELS.glob(f"*{_SUFFIX}"))


def model_name_of(fingerprint: bytes) -> str | None:
    """Return the name of the shipped model with this fingerprint, None if there is none.

    Only headers are read: the weights of a shipped model are checked when it is opened.
    """
    for name in model_names():
        with _shipped(name).open("rb") as file:
            digest = read_header(file).metadata.digest
        if digest.startswith(fingerprint.hex()):
            return name
    return None


def open_model(name_or_path: str | Path) -> "TrainedCodec":
    """Open a model file, or a shipped model by its name.

    Args:
        name_or_path: a path, if there is such a file or if it has a separator or a suffix;
            a name otherwise.

    Raises:
        UnknownModelError: no model of that name ships with the package.
        ModelFileError: the file cannot be read or is no sound model; the message names it.
    """
    from gan_audio_compression.codec.kinds import KINDS

    path = model_path(name_or_path)
    try:
        data = path.read_bytes()
        kind = read_header(io.BytesIO(data)).metadata.kind
        if kind not in KINDS:
            raise NotAModelError(
                f"the model file holds a model of kind {kind!r}, which codes nothing;"
                f" give one of kind {' or '.join(KINDS)}."
            )
        return KINDS[kind]().model.from_bytes(data)
    except OSError as error:
        raise ModelFileError(
            f"{path} cannot be read ({error.strerror}); give the path of a model file."
        ) from error
    except ModelFileError as error:
        error.args = (f"{path}: {error}",)
        raise


def model_path(name_or_path: str | Path) -> Path:
    """Return the path of a model file, or of a shipped model by its name.

    Raises:
        UnknownModelError: no model of that name ships with the package.
    """
    path = Path(name_or_path)
    if path.is_file() or path.suffix or str(name_or_path) != PurePath(name_or_path).name:
        return path
    if path.name not in model_names():
        names = ", ".join(model_names()) or "none so far"
        raise UnknownModelError(
            f"no model is called {path.name!r}; give the path of a model file or one of these"
            f" names: {names}."
        )
    return _shipped(path.name)


def _shipped(name: str) -> Path:
    return MODELS / f"{name}{_SUFFIX}"
