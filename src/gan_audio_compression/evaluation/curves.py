"""Figures of how a search converges and of how scores are distributed."""

from collections.abc import Mapping
from dataclasses import asdict

import pandas as pd
from matplotlib.figure import Figure

from gan_audio_compression.evaluation.drawing import line_style, panel_figure
from gan_audio_compression.evaluation.estimates import utterance_values, with_phone_errors
from gan_audio_compression.evaluation.measure import Metric

_MARKERS_A_LINE = 10


def objective_figure(traces: pd.DataFrame, *, title: str) -> Figure:
    """The objective over the iterations of a search, one line a system.

    Args:
        traces: system, iteration and objective; where a system has an iteration more than once,
            as for several utterances, the mean is drawn. A system of one iteration, which is no
            search, is a level line.
    """
    figure, (axes,) = panel_figure(title)
    for number, (system, of) in enumerate(traces.groupby("system", sort=False)):
        mean = of.groupby("iteration")["objective"].mean()
        if len(mean) == 1:
            mean = mean.reindex([0, traces["iteration"].max()]).fillna(mean.iloc[0])
        every = max(1, len(mean) // _MARKERS_A_LINE)
        style = asdict(line_style(number))
        axes.plot(mean.index, mean, **style, markersize=5, markevery=every, label=str(system))
    axes.set_xlabel("Iteration")
    axes.set_ylabel("Objective, lower is better")
    axes.grid(alpha=0.3)
    axes.legend(handlelength=3.5)
    return figure


def score_box_figure(
    scores: pd.DataFrame, metrics: Mapping[str, Metric], measure: str, *, title: str
) -> Figure:
    """How a measure is distributed over the utterances of each system, as box plots.

    A box spans the quartiles with the median inside, its whiskers all within 1.5 times its width,
    circles are utterances beyond, and a diamond is the mean.

    Args:
        scores: `utterance_scores`; systems are drawn in their order, those without a value not.
        metrics: of the measures.
        measure: of them, or "phone_error_rate".
    """
    values = utterance_values(scores, measure).dropna()
    groups = {str(system): of for system, of in values.groupby(scores["system"], sort=False)}
    blue, orange = line_style(0).color, line_style(1).color
    figure, (axes,) = panel_figure(title, height=1.5 + 0.3 * len(groups))
    if groups:
        axes.boxplot(
            list(groups.values()),
            orientation="horizontal",
            tick_labels=list(groups),
            widths=0.6,
            showmeans=True,
            medianprops={"color": orange, "linewidth": 1.5},
            meanprops={
                "marker": "D",
                "markersize": 4,
                "markeredgecolor": blue,
                "markerfacecolor": blue,
            },
            flierprops={"markersize": 3},
        )
    axes.invert_yaxis()
    metric = with_phone_errors(metrics)[measure]
    better = "higher" if metric.higher_is_better else "lower"
    axes.set_xlabel(f"{metric.label}, {better} is better")
    axes.grid(axis="x", alpha=0.3)
    return figure
