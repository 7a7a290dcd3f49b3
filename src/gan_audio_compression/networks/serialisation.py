"""Models as safetensors bytes: flat names of arrays, and metadata that vouches for them.

Opening a file runs nothing that is in it, and takes no more memory than its arrays do.
"""

import hashlib
import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from gan_audio_compression.networks.errors import DamagedModelError, NotAModelError
from gan_audio_compression.networks.model_header import (
    METADATA_KEY,
    ModelMetadata,
    read_header,
    truncated,
)
from gan_audio_compression.networks.row_bytes import from_bytes, in_bytes
from gan_audio_compression.networks.weights import Weights

_DIGESTED = {np.dtype(name) for name in ("float32", "int64", "int32", "bool")}
_STEPS = ":steps"
_WIDER = {np.dtype(np.float16): np.float32, np.dtype(np.int16): np.int32}


def content_digest(shape: Mapping[str, Any], weights: Weights) -> str:
    """SHA-256 (hex) over the shape of the networks and all arrays, by name, as they compute."""
    state = hashlib.sha256(json.dumps(shape).encode())
    for name, weight in sorted(weights.items()):
        state.update(name.encode())
        state.update(np.asarray(weight, order="C").data)
    return state.hexdigest()


def to_file(metadata: ModelMetadata, weights: Weights) -> bytes:
    """Return a model file.

    Where every matrix has rows of eight bits, see `row_bytes`, it is stored so, and where every
    other weight is a number of half precision, so is that, and so are whole numbers of 32 bits that
    need no more than 16: in a quarter and in half the bytes.
    """
    plain = {name: np.asarray(weight, order="C") for name, weight in weights.items()}
    # Only "module.name" is a weight: levels and the like keep their type.
    named = {name: weight for name, weight in plain.items() if "." in name}
    matrices = {name: in_bytes(weight) for name, weight in named.items() if weight.ndim > 1}
    if all(np.array_equal(from_bytes(*rows), named[name]) for name, rows in matrices.items()):
        for name, (whole, steps) in matrices.items():
            plain |= {name: whole, name + _STEPS: steps}
            del named[name]
    halves = {name: halved(weight) for name, weight in named.items()}
    if all(np.array_equal(half, named[name]) for name, half in halves.items()):
        plain |= halves
    plain |= {name: number.astype(np.int16) for name, number in plain.items() if _is_short(number)}
    # One entry: safetensors writes several in random order, and equal models are equal files.
    return save(plain, {METADATA_KEY: metadata.to_json()})


def halved(weight: NDArray[np.floating]) -> NDArray[np.float16]:
    """Return a weight in half precision; infinite beyond its range."""
    with np.errstate(over="ignore", under="ignore"):
        return weight.astype(np.float16)


def from_file(data: bytes, kind: str) -> tuple[ModelMetadata, dict[str, NDArray[Any]]]:
    """Undo `to_file`: what was stored in fewer bytes comes back as it was.

    Raises:
        NotAModelError: the bytes are no model file, or of another kind of model.
        TruncatedModelError: they are fewer than their header says.
        NewerModelError: they are of a later version of the format.
        OlderModelError: they are of a version that their kind of model has no more.
        DamagedModelError: the arrays cannot be read. What they hold is for the caller to check.
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
    except (SafetensorError, KeyError, ValueError) as error:
        raise DamagedModelError(f"its tensors cannot be read: {error}") from error
    for name in [name for name in stored if name + _STEPS in stored]:
        stored[name] = from_bytes(stored[name], stored.pop(name + _STEPS))
    weights = {
        name: weight.astype(_WIDER.get(weight.dtype, weight.dtype), copy=False)
        for name, weight in stored.items()
    }
    if not all(weight.dtype in _DIGESTED for weight in weights.values()):
        raise DamagedModelError("a tensor has a type that no model has")
    return metadata, weights


def _is_short(number: NDArray[Any]) -> bool:
    return number.dtype == np.int32 and np.array_equal(number.astype(np.int16), number)
