"""Figures of what a search gains for its time."""

from dataclasses import asdict

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from gan_audio_compression.evaluation.drawing import REFERENCE_COLOUR, line_style, panel_figure

_PANELS = {
    "objective": "Objective (lower is better)",
    "pesq_nb": "PESQ NB (P.862.1)",
    "pesq_wb": "PESQ WB (P.862.2)",
    "estoi": "ESTOI",
    "visqol": "ViSQOL (speech)",
    "log_mel_distance": "Log-mel distance, dB (lower)",
    "phone_error_rate": "Phone errors, % (lower)",
}

_TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


def search_figure(table: pd.DataFrame, *, title: str) -> Figure:
    """Plot each measure over the processor seconds that coding a second of speech takes.

    Args:
        table: search, effort, seconds_per_second and the measures; searches of no more than one
            effort are level lines. Objectives other than a codec's own are on other scales: their
            lines are left out of the panel of the objective.
        title: of the figure.
    """
    shown = {name: label for name, label in _PANELS.items() if name in table}
    rows = -(-len(shown) // 2)
    figure, panels = panel_figure(title, rows=rows, columns=2, height=2.6 * rows, shared=False)
    lines: dict[str, Line2D] = {}
    for axes, (measure, label) in zip(panels, shown.items(), strict=False):
        for number, (key, of) in enumerate(table.groupby("search", sort=False)):
            search = str(key)
            if measure == "objective" and "," in search:
                continue
            if len(of) == 1:
                level = of[measure].iloc[0]
                lines[search] = axes.axhline(level, color=REFERENCE_COLOUR, linestyle=":")
                continue
            ordered = of.sort_values("effort")
            seen = ordered["seconds_per_second"], ordered[measure]
            (line,) = axes.plot(*seen, **asdict(line_style(number)), markersize=4)
            lines[search] = line
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(FixedLocator(_TICKS))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: f"{seconds:g}"))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_title(label, fontsize="medium")
        axes.grid(alpha=0.3)
    for axes in panels[len(shown) :]:
        axes.axis("off")
    for axes in panels[max(len(shown) - 2, 0) : len(shown)]:
        axes.set_xlabel("Processor seconds for a second of speech")
    figure.legend(list(lines.values()), list(lines), loc="outside lower center", ncols=3)
    return figure
