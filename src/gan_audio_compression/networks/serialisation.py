"""Models as safetensors bytes: flat tensor names, and metadata that vouches for them.

Opening a file runs nothing that is in it, and takes no more memory than its tensors do: networks
are made on the meta device and take over the tensors of the file once these fit.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from gan_audio_compression.networks.errors import DamagedModelError, NotAModelError
from gan_audio_compression.networks.model_header import (
    METADATA_KEY,
    ModelMetadata,
    read_header,
    truncated,
)

Network = TypeVar("Network", bound=nn.Module)


def named_tensors(**modules: nn.Module) -> dict[str, Tensor]:
    """Return all weights and buffers as "module.name"."""
    return {
        f"{module_name}.{name}": tensor
        for module_name, module in modules.items()
        for name, tensor in module.state_dict().items()
    }


def tensors_below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the tensors of "prefix.name" as "name"."""
    start = f"{prefix}."
    return {n.removeprefix(start): t for n, t in tensors.items() if n.startswith(start)}


def content_digest(shape: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 (hex) over the shape of the networks and all tensors, by name, as they compute."""
    state = hashlib.sha256(json.dumps(shape).encode())
    for name, tensor in sorted(tensors.items()):
        state.update(name.encode())
        state.update(tensor.cpu().contiguous().numpy().data)
    return state.hexdigest()


def to_file(metadata: ModelMetadata, tensors: Mapping[str, Tensor]) -> bytes:
    """Return a model file.

    Where every weight is a number of half precision, weights are stored so, and so are whole
    numbers of 32 bits that need no more than 16: in half the bytes.
    """
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    # Only "module.name" is a weight: levels and the like keep their type.
    halves = {name: tensor.half() for name, tensor in plain.items() if "." in name}
    if all(torch.equal(half.float(), plain[name]) for name, half in halves.items()):
        plain |= halves
    plain |= {name: tensor.short() for name, tensor in plain.items() if _is_short(tensor)}
    # One entry: safetensors writes several in random order, and equal models are equal files.
    return save(plain, {METADATA_KEY: metadata.to_json()})


def from_file(data: bytes, kind: str) -> tuple[ModelMetadata, dict[str, Tensor]]:
    """Undo `to_file`: what was stored in half the bytes comes back as it was.

    Raises:
        NotAModelError: the bytes are no model file, or of another kind of model.
        TruncatedModelError: they are fewer than their header says.
        NewerModelError: they are of a later version of the format.
        OlderModelError: they are of a version that their kind of model has no more.
        DamagedModelError: the tensors cannot be read. What they hold is for the caller to check.
    """
    header = read_header(BytesIO(data))
    metadata = header.metadata
    if len(data) < header.file_bytes:
        raise truncated(len(data), header.file_bytes)
    if metadata.kind != kind:
        raise NotAModelError(
            f"the model file holds a model of kind {metadata.kind!r}; give one of kind {kind!r}."
        )
    try:
        stored = load(data)
    except (SafetensorError, KeyError, RuntimeError, ValueError) as error:
        raise DamagedModelError(f"its tensors cannot be read: {error}") from error
    tensors = {n: t.to(_WIDER.get(t.dtype, t.dtype)) for n, t in stored.items()}
    if not all(tensor.dtype in _DIGESTED for tensor in tensors.values()):
        raise DamagedModelError("a tensor has a type that no model has")
    return metadata, tensors


_DIGESTED = {torch.float32, torch.int64, torch.int32, torch.bool}
_WIDER = {torch.float16: torch.float32, torch.int16: torch.int32}


def _is_short(tensor: Tensor) -> bool:
    return tensor.dtype == torch.int32 and torch.equal(tensor.short().int(), tensor)


def open_network(make: Callable[[], Network], weights: Mapping[str, Tensor]) -> Network:
    """Return what `make` makes, with `weights` as its weights, not copied.

    Raises:
        DamagedModelError: a weight is missing, surplus, of wrong shape or type, or not finite.
    """
    with torch.device("meta"):
        network = make()
    wanted = network.state_dict()
    for name in wanted.keys() | weights.keys():
        fault = _fault(wanted.get(name), weights.get(name))
        if fault:
            raise DamagedModelError(f"weight {name} {fault}")
    network.load_state_dict(weights, assign=True)
    return network


def _fault(wanted: Tensor | None, weight: Tensor | None) -> str | None:
    if wanted is None:
        return "is none of the network's"
    if weight is None:
        return "is missing"
    if weight.shape != wanted.shape or weight.dtype != wanted.dtype:
        return f"is {weight.dtype} {list(weight.shape)}, not {wanted.dtype} {list(wanted.shape)}"
    return None if weight.isfinite().all() else "is not finite"
