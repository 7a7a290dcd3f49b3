"""Model files from the Hugging Face hub."""

from pathlib import Path

from gan_audio_compression.extras import require
from gan_audio_compression.networks.errors import ModelFileError

FILE_NAME = "model.safetensors"
"""What a model file is called in a repository of the hub, or in a folder that came from there."""


def pretrained_path(name_or_path: str | Path, revision: str | None) -> str | Path:
    """Return the model file of a folder or of a repository; what is neither, as it is.

    Raises:
        MissingPackageError, ModelFileError: as `model_from_hub`.
    """
    if Path(name_or_path).is_dir():
        return Path(name_or_path) / FILE_NAME
    is_repository = isinstance(name_or_path, str) and name_or_path.count("/") == 1
    if is_repository and not Path(name_or_path).exists():
        return model_from_hub(str(name_or_path), revision)
    return name_or_path


def model_from_hub(repository: str, revision: str | None) -> Path:
    """Return the model file of a repository, downloaded unless it is in the hub's cache.

    Args:
        repository: such as "user/model".
        revision: branch, tag or commit; None for the newest.

    Raises:
        MissingPackageError: huggingface_hub is not installed.
        ModelFileError: there is no such repository, revision or file, or the hub cannot be reached.
    """
    require("A model of the hub", "hub", "huggingface_hub")
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HFValidationError

    try:
        return Path(hf_hub_download(repository, FILE_NAME, revision=revision))
    except (HFValidationError, OSError) as error:
        reason = str(error).strip().partition("\n")[0].rstrip(".")
        raise ModelFileError(
            f"{FILE_NAME} of {repository!r} cannot be had from the hub ({reason});"
            " check the name, or give the path of a model file."
        ) from error
