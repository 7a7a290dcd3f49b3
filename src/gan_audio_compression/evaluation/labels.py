"""Labels beside the points of a figure, clear of what else is drawn there."""

import math
from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from gan_audio_compression.evaluation.drawing import REFERENCE_COLOUR

_SIZE = 9
# From a point to the nearest edge of its label, in pixels; the first that is free is taken.
_DISTANCES = (11.0, 24.0, 42.0)
# Directions in the order that a reader would look: beside, above and below, then the corners.
_DEGREES = (0, 180, 90, 270, 45, 315, 135, 225)
_MARKER_RADIUS, _LINE_RADIUS = 6.0, 2.0
_COST_OF_LEAVING = 100.0

Boxes = NDArray[np.float64]
"""x0, y0, x1, y1 in pixels, [n, 4]."""


def label_points(
    axes: Axes, labels: Iterable[tuple[float, float, str]], lines: NDArray[np.floating]
) -> None:
    """Write a label beside each point and fix the layout of the figure.

    Each label goes where it covers least of the points, the lines and the labels before
    it; one that had to go farther is joined to its point.

    Args:
        labels: x, y and text, in data coordinates.
        lines: points along everything that labels keep off, [n, 2], in data coordinates.
    """
    labels = list(labels)
    figure = axes.get_figure(root=True)
    assert figure is not None
    # Places are found in pixels, so the layout has to be final.
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    points = axes.transData.transform(np.array([(x, y) for x, y, _ in labels]).reshape(-1, 2))
    taken = [
        _boxes_around(points, _MARKER_RADIUS),
        _boxes_around(axes.transData.transform(lines.reshape(-1, 2)), _LINE_RADIUS),
    ]
    for point, (x, y, text) in zip(points, labels, strict=True):
        taken.append(_write(axes, (x, y), text, point, np.concatenate(taken)))


def _write(
    axes: Axes, xy: tuple[float, float], text: str, point: NDArray[np.float64], taken: Boxes
) -> Boxes:
    """Write one label of the point at `xy`, which is `point` in pixels, and return its box."""
    note = axes.annotate(
        text,
        xy,
        (0, 0),
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=_SIZE,
        color=REFERENCE_COLOUR,
        arrowprops={"arrowstyle": "-", "color": REFERENCE_COLOUR, "alpha": 0.5, "shrinkB": 4},
    )
    extent = note.get_window_extent()
    places = _places(point, extent.width, extent.height)
    outside = extent.width * extent.height - _covered(
        places, np.array([axes.get_window_extent().extents])
    )
    # Rounded, so that what differs by less than a pixel does not decide.
    best = int(np.argmin((_covered(places, taken) + _COST_OF_LEAVING * outside).round()))
    box = places[best : best + 1]
    dots_per_inch = axes.get_figure(root=True).dpi  # type: ignore[union-attr]
    note.set_position(tuple(((box[0, :2] + box[0, 2:]) / 2 - point) * 72 / dots_per_inch))
    note.arrow_patch.set_visible(best >= len(_DEGREES))  # type: ignore[union-attr]
    return box


def _boxes_around(points: NDArray[np.float64], radius: float) -> Boxes:
    return np.concatenate([points - radius, points + radius], axis=1)


def _places(point: NDArray[np.float64], width: float, height: float) -> Boxes:
    """Where a label of that size could go, the best places first."""
    half = np.array([width, height]) / 2
    centres = []
    for distance in _DISTANCES:
        for degrees in _DEGREES:
            direction = np.array([math.cos(math.radians(degrees)), math.sin(math.radians(degrees))])
            centres.append(point + distance * direction + half * direction.round())
    return np.concatenate([centres - half, centres + half], axis=1)


def _covered(places: Boxes, boxes: Boxes) -> NDArray[np.float64]:
    """Area of the boxes that each place covers, in square pixels."""
    low = np.maximum(places[:, None, :2], boxes[None, :, :2])
    high = np.minimum(places[:, None, 2:], boxes[None, :, 2:])
    covered: NDArray[np.float64] = np.maximum(high - low, 0).prod(axis=2).sum(axis=1)
    return covered
