"""Quality over bit rate: the points of the systems and the figure of them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter
from numpy.typing import NDArray

from gan_audio_compression.evaluation.drawing import REFERENCE_COLOUR, line_style, panel_figure
from gan_audio_compression.evaluation.estimates import PHONE_ERROR_RATE
from gan_audio_compression.evaluation.labels import label_points
from gan_audio_compression.evaluation.systems import System

_RATE_TICKS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
_HIGHEST_RATE = 16.0
# Room for labels beside the first and the last point.
_MARGIN = 1.4
_POINTS_A_LINE = 40


def rate_distortion_points(
    table: pd.DataFrame, systems: Sequence[System], measure: str
) -> pd.DataFrame:
    """The points of `rate_distortion_figure` from the result of `codec_comparison`.

    Args:
        table: a row for each system.
        systems: those of the table; systems of one family are one curve.
        measure: a metric of the table, or "phone_error_rate".

    Returns:
        curve, label, kbit_s (of the files), value, low, high. Systems without a rate or a value
        are left out, and so is speech above 16 kbit/s, which is not coded at low rate.
    """
    columns = (
        [measure, f"{measure}_low", f"{measure}_high"]
        if measure == PHONE_ERROR_RATE
        else [f"{measure}_mean", f"{measure}_low", f"{measure}_high"]
    )
    points = table[["system", "file_kbit_s", *columns]].set_axis(
        ["system", "kbit_s", "value", "low", "high"], axis=1
    )
    points = points[points["value"].notna() & (points["kbit_s"] <= _HIGHEST_RATE)]
    by_label = {system.label: system for system in systems}
    points = points.assign(curve=[by_label[label].curve for label in points["system"]])
    modes = [by_label[label].mode for label in points["system"]]
    points["label"] = points["system"].where(~points["curve"].duplicated(keep=False), modes)
    return points[["curve", "label", "kbit_s", "value", "low", "high"]].reset_index(drop=True)


def rate_distortion_figure(
    points: pd.DataFrame, *, measure: str, higher_is_better: bool, title: str
) -> Figure:
    """Quality over the rate of the files, on a logarithmic axis.

    Args:
        points: curve, label, kbit_s and value, and low and high where there are intervals. Points
            of one curve are joined by a line that the legend names; a curve of one point is
            marked with its label.
        measure: what the values are, with their unit.
        higher_is_better: of the values.
    """
    figure, (axes,) = panel_figure(title)
    _rate_axis(axes, points["kbit_s"])
    better = "higher" if higher_is_better else "lower"
    axes.set_ylabel(f"{measure}, {better} is better")
    curves = [of.sort_values("kbit_s") for _, of in points.groupby("curve", sort=False)]
    lines = [of for of in curves if len(of) > 1]
    for number, of in enumerate(lines + [of for of in curves if len(of) == 1]):
        _draw_curve(axes, of, number, joined=number < len(lines))
    axes.margins(y=0.1)
    if lines:
        figure.legend(loc="outside lower center", ncols=3, handlelength=3.5)
    labelled = points[points["label"].fillna("") != ""]
    label_points(
        axes,
        zip(labelled["kbit_s"], labelled["value"], labelled["label"], strict=True),
        np.concatenate([np.empty((0, 2)), *(_along(of) for of in curves)]),
    )
    return figure


def unmeasured_figure(measure: str) -> Figure:
    """Return what stands for the curves of a measure that was not taken."""
    figure, (axes,) = panel_figure(f"{measure} is not among the measures of this run")
    axes.set_axis_off()
    return figure


def _rate_axis(axes: Axes, rates: pd.Series) -> None:
    axes.set_xscale("log")
    if not rates.empty:
        axes.set_xlim(rates.min() / _MARGIN, rates.max() * _MARGIN)
    axes.xaxis.set_major_locator(FixedLocator(_RATE_TICKS))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.set_xlabel("File rate (kbit/s)")
    axes.grid(alpha=0.3)


def _draw_curve(axes: Axes, of: pd.DataFrame, number: int, *, joined: bool) -> None:
    style = line_style(number)
    colour = style.color if joined else REFERENCE_COLOUR
    if {"low", "high"} <= set(of):
        axes.vlines(of["kbit_s"], of["low"], of["high"], color=colour, alpha=0.4, linewidth=1.5)
    axes.plot(
        of["kbit_s"],
        of["value"],
        color=colour,
        linestyle=style.linestyle if joined else "none",
        marker=style.marker,
        markersize=7,
        label=str(of["curve"].iloc[0]) if joined else None,
    )


def _along(of: pd.DataFrame) -> NDArray[np.float64]:
    """Points along the line and the intervals of a curve, [n, 2]."""
    rates, values = of["kbit_s"].to_numpy(float), of["value"].to_numpy(float)
    corners = np.arange(len(of))
    steps = np.linspace(0, len(of) - 1, 1 + _POINTS_A_LINE * (len(of) - 1))
    x, y = [np.exp(np.interp(steps, corners, np.log(rates)))], [np.interp(steps, corners, values)]
    if {"low", "high"} <= set(of):
        x.append(np.tile(rates, _POINTS_A_LINE))
        y.append(np.linspace(of["low"], of["high"], _POINTS_A_LINE).ravel())
    points: NDArray[np.float64] = np.column_stack([np.concatenate(x), np.concatenate(y)])
    # A system of one speaker has no interval.
    return points[np.isfinite(points).all(axis=1)]
