"""The precision in which the networks of a codec compute."""

from typing import Literal, get_args

Precision = Literal["float32", "bfloat16"]


def require_precision(precision: str) -> None:
    """Raise ValueError unless networks can compute in `precision`."""
    if precision not in get_args(Precision):
        known = " or ".join(map(repr, get_args(Precision)))
        raise ValueError(f"there is no precision {precision!r} here; give {known}.")
