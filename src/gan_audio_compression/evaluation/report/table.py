"""A table as the page shows it: text only, nothing left to compute."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

NOTHING = "\N{EN DASH}"
"""Stands for what is not known."""

Mark = Literal["", "best", "better", "worse"]


@dataclass(frozen=True)
class Cell:
    """A value with an optional second line, and what is remarkable about it."""

    text: str
    detail: str = ""
    mark: Mark = ""


@dataclass(frozen=True)
class ColumnGroup:
    """Neighbouring columns, each a label and a second line, under one heading.

    Attributes:
        apart: whether the numbers come from elsewhere and are set apart from our own.
    """

    label: str
    columns: Sequence[Cell]
    apart: bool = False


@dataclass(frozen=True)
class Row:
    """A system and its cells; a note takes the place of all cells that are not set apart."""

    label: str
    cells: Sequence[Cell]
    note: str = ""


@dataclass(frozen=True)
class Table:
    """A table whose first column names the systems.

    Attributes:
        id: unique on the page.
        corner: heading of the first column.
    """

    id: str
    caption: str
    groups: Sequence[ColumnGroup]
    rows: Sequence[Row]
    corner: str = "System"

    @property
    def own_columns(self) -> int:
        """The number of columns, without the first, that are not set apart."""
        return sum(len(group.columns) for group in self.groups if not group.apart)


def number(value: float, digits: int, *, signed: bool = False) -> str:
    """The value with a true minus sign, or NOTHING for NaN."""
    if math.isnan(value):
        return NOTHING
    text = f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"
    return text.replace("-", "\N{MINUS SIGN}")


def interval(low: float, high: float, digits: int, *, signed: bool = False) -> str:
    """Both bounds, or nothing where there is no width, as with a single speaker."""
    if not high > low:
        return ""
    between = " to " if signed else "\N{EN DASH}"
    return between.join(number(bound, digits, signed=signed) for bound in (low, high))
