"""The state of a sender or a receiver as bytes, from which another process may go on."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from gan_audio_compression.codec.live.errors import LiveStateError

_SETTINGS = "settings"

Arrays = Mapping[str, NDArray[Any]]


def to_state(settings: Mapping[str, Any], arrays: Arrays) -> bytes:
    """Return a safetensors file of arrays, and of settings as JSON has them."""
    said = np.frombuffer(json.dumps(settings).encode(), np.uint8)
    plain = {name: np.array(array, order="C") for name, array in arrays.items()}
    return save({_SETTINGS: said} | plain)


def from_state(state: bytes, expected: Mapping[str, Any]) -> tuple[dict[str, Any], Arrays]:
    """Undo `to_state`.

    Args:
        state: the bytes.
        expected: settings that it must have.

    Raises:
        LiveStateError: the bytes are none, or of other settings.
    """
    try:
        arrays = {name: array.copy() for name, array in load(state).items()}
        settings: dict[str, Any] = json.loads(arrays.pop(_SETTINGS).tobytes())
    except (SafetensorError, KeyError, ValueError) as error:
        raise LiveStateError("the state is none that this program saves; save it again.") from error
    for name, value in expected.items():
        if settings.get(name) != value:
            raise LiveStateError(
                f"the state is of the {name} {settings.get(name)!r}, not of {value!r};"
                " give the one that it was saved with."
            )
    return settings, arrays
