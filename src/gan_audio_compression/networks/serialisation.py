"""Networks as safetensors bytes: flat tensor names, and the configuration as metadata."""

import json

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from gan_audio_compression.errors import GanAudioCompressionError

_METADATA = "gan_audio_compression"


class ModelFileError(GanAudioCompressionError):
    """A model file cannot be read."""


def named_tensors(**modules: nn.Module) -> dict[str, Tensor]:
    """Return all weights and buffers as "module.name"."""
    return {
        f"{module_name}.{name}": tensor
        for module_name, module in modules.items()
        for name, tensor in module.state_dict().items()
    }


def tensors_below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the tensors of "prefix.name" as "name"."""
    start = f"{prefix}."
    return {n.removeprefix(start): t for n, t in tensors.items() if n.startswith(start)}


def to_file(tensors: dict[str, Tensor], metadata: dict[str, str]) -> bytes:
    """Return a safetensors file."""
    plain = {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}
    # One entry: safetensors writes several in random order, and equal models are equal files.
    return save(plain, {_METADATA: json.dumps(metadata, sort_keys=True)})


def from_file(data: bytes) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Undo `to_file`.

    Raises:
        ModelFileError: the bytes are not a safetensors file with metadata.
    """
    try:
        tensors = load(data)
        length = int.from_bytes(data[:8], "little")
        entries = json.loads(data[8 : 8 + length])["__metadata__"]
        return tensors, json.loads(entries[_METADATA])
    except (SafetensorError, KeyError, ValueError) as error:
        raise ModelFileError(
            f"The model file cannot be read ({error}); train the codec again."
        ) from error
