"""Figures of what losses and delay do to speech in packets."""

from dataclasses import asdict
from itertools import product

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gan_audio_compression.evaluation.drawing import line_style, panel_figure

_MEASURES = {"pesq_nb": "PESQ NB (P.862.1)", "pesq_wb": "PESQ WB (P.862.2)"}
_PATTERNS = {"random": "lost at random", "bursts": "lost in bursts"}


def loss_figure(table: pd.DataFrame) -> Figure:
    """Plot each measure over the share of packets that are lost, a line for each codec.

    Args:
        table: codec, delay_ms, lost (a share), pattern ("random" or "bursts") and the measures;
            codecs, at a delay, of which nothing is lost in bursts are left out, and lines begin
            where nothing is lost.
    """
    bursts = table.groupby(["codec", "delay_ms"])["pattern"].transform(
        lambda pattern: "bursts" in set(pattern)
    )
    shown = table[bursts]
    figure, panels = panel_figure("Packets lost", rows=2, columns=2, height=6.5)
    for axes, (measure, pattern) in zip(panels, product(_MEASURES, _PATTERNS), strict=True):
        of_pattern = shown[(shown["pattern"] == pattern) | (shown["lost"] == 0)]
        _draw(axes, of_pattern.assign(percent=100 * of_pattern["lost"]), "percent", measure)
        axes.set_title(f"{_MEASURES[measure]}, {_PATTERNS[pattern]}", fontsize="medium")
    for axes in panels[2:]:
        axes.set_xlabel("Packets lost, %")
    return _with_legend(figure, panels)


def delay_figure(table: pd.DataFrame) -> Figure:
    """Plot each measure over the delay, a line for each way to send, a panel for each loss.

    Args:
        table: codec, delay_ms, lost (a share), pattern and the measures; what is lost in bursts,
            and losses that not every way to send has met, are left out.
    """
    random = table[table["pattern"] == "random"]
    met = random.groupby("lost")["codec"].nunique()
    losses = sorted(met.index[met == random["codec"].nunique()])
    figure, panels = panel_figure(
        "Delay from mouth to ear", rows=2, columns=len(losses), height=6.5
    )
    for axes, (measure, lost) in zip(panels, product(_MEASURES, losses), strict=True):
        _draw(axes, random[random["lost"] == lost], "delay_ms", measure)
        axes.set_title(f"{_MEASURES[measure]}, {100 * lost:g} % lost", fontsize="medium")
    for axes in panels[len(losses) :]:
        axes.set_xlabel("Delay, ms")
    return _with_legend(figure, panels)


def _draw(axes: Axes, table: pd.DataFrame, over: str, measure: str) -> None:
    for number, (codec, of) in enumerate(table.groupby("codec", sort=False)):
        ordered = of.sort_values(over)
        style = asdict(line_style(number))
        axes.plot(ordered[over], ordered[measure], **style, markersize=4, label=str(codec))
    axes.grid(alpha=0.3)


def _with_legend(figure: Figure, panels: list[Axes]) -> Figure:
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return figure
