"""What `Codec` is given, checked before anything is computed."""

import math
import operator
import os
from numbers import Real
from typing import Any, Literal

_USES = {
    "rb": ("read", "readable", "read bytes from"),
    "wb": ("write", "writable", "write bytes to"),
}


def require_file(name: str, file: Any, mode: Literal["rb", "wb"]) -> None:
    """Raise TypeError unless the argument `name` is an open file of bytes, for that mode."""
    method, is_allowed, use = _USES[mode]
    # What has an encoding gives and takes text.
    if (
        hasattr(file, method)
        and not hasattr(file, "encoding")
        and getattr(file, is_allowed, lambda: True)()
    ):
        return
    path = repr(os.fspath(file)) if isinstance(file, str | os.PathLike) else "path"
    raise TypeError(
        f"{name} is {file!r:.80} and no file to {use}; give one such as open({path}, '{mode}')."
    )


def require_bytes(name: str, data: Any) -> None:
    """Raise TypeError unless the argument `name` holds bytes."""
    try:
        memoryview(data)
    except TypeError:
        path = repr(os.fspath(data)) if isinstance(data, str | os.PathLike) else "path"
        raise TypeError(
            f"{name} is {data!r:.80} and no bytes; give those of a file, such as"
            f" open({path}, 'rb').read()."
        ) from None


def whole_number(name: str, value: Any, example: int) -> int:
    """Return the argument `name` as an int.

    Raises:
        TypeError: it is none; floats without a fraction are not taken, as elsewhere in Python.
    """
    try:
        if isinstance(value, bool):
            raise TypeError
        return operator.index(value)
    except TypeError:
        raise TypeError(
            f"{name} is {value!r:.80} and no whole number; give one such as {example}."
        ) from None


def bit_rate(value: Any) -> float:
    """Return a bit rate as a float, infinite where it is too large for one.

    Raises:
        TypeError: it is no real number.
    """
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number:
        raise TypeError(
            f"bitrate is {value!r:.80} and no number; give bits for each second, such as 2000."
        )
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
