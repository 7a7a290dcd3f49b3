"""What numbers a shape of networks may have."""

from collections.abc import Mapping
from typing import Any


def require_whole_numbers(
    config: Any, highest: Mapping[str, int], least: Mapping[str, int] | None = None
) -> None:
    """Raise ValueError unless numbers of a shape are whole and in their range.

    Args:
        config: the shape.
        highest: of each number, by its name; fields beside these are not looked at.
        least: of those that may be other than 1 at least.
    """
    for name, value in vars(config).items():
        if name not in highest:
            continue
        lowest = (least or {}).get(name, 1)
        if type(value) is not int or not lowest <= value <= highest[name]:
            raise ValueError(
                f"networks.{name} is {value!r}; give a whole number, {lowest} to {highest[name]}."
            )
