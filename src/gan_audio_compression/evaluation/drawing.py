"""What the figures share: paper size, colours, dashes and markers."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

COLOUR_MAP = "viridis"
"""Even in lightness, so it reads the same in grey and with any colour vision."""

REFERENCE_COLOUR = "0.25"
"""Of text and of points that belong to no line."""

# The palette of Okabe and Ito, without the yellow that white paper swallows.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_DASHES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "p", "h")

Dashes = str | tuple[int, tuple[int, ...]]


@dataclass(frozen=True)
class LineStyle:
    """Colour, dashes and marker of a line, each of which tells it from its neighbours."""

    color: str
    linestyle: Dashes
    marker: str


def line_style(number: int) -> LineStyle:
    """The style of the line of that number in a figure, from 0."""
    return LineStyle(
        _COLOURS[number % len(_COLOURS)],
        _DASHES[number % len(_DASHES)],
        _MARKERS[number % len(_MARKERS)],
    )


def panel_figure(
    title: str, *, rows: int = 1, columns: int = 1, height: float = 5.0, shared: bool = True
) -> tuple[Figure, list[Axes]]:
    """A titled figure, 8 inches wide, so that it can be read on a phone, and its panels by row.

    Args:
        height: of the figure in inches.
        shared: whether all panels have the same axes.
    """
    figure = Figure(figsize=(8.0, height), dpi=120, layout="constrained")
    figure.suptitle(title)
    panels = figure.subplots(rows, columns, sharex=shared, sharey=shared, squeeze=False)
    return figure, list(panels.flat)
