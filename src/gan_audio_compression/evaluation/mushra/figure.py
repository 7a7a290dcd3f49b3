"""The box plot of MUSHRA scores."""

import pandas as pd
from matplotlib.figure import Figure

from gan_audio_compression.evaluation.drawing import REFERENCE_COLOUR, line_style, panel_figure

_LABELS = ("bad", "poor", "fair", "good", "excellent")


def score_box_plot(ratings: pd.DataFrame, *, title: str) -> Figure:
    """Boxes of all scores by condition, the best mean on top.

    The box ends at the quartiles, its line is the median, the diamond the mean; whiskers reach the
    last score within 1.5 box lengths. Grey lines bound the labels of the scale.

    Args:
        ratings: with the columns of `evaluation.mushra.ratings.COLUMNS`; may be empty.
    """
    means = ratings["score"].astype(float).groupby(ratings["label"]).mean().sort_values()
    figure, (axes,) = panel_figure(title, height=1.5 + 0.45 * max(3, len(means)))
    for bound in range(0, 101, 20):
        axes.axvline(bound, color=REFERENCE_COLOUR, alpha=0.3, linewidth=0.8)
    if len(means):
        colour = line_style(0).color
        axes.boxplot(
            [
                ratings.loc[ratings["label"] == label, "score"].astype(float)
                for label in means.index
            ],
            orientation="horizontal",
            tick_labels=list(means.index),
            showmeans=True,
            meanprops={"marker": "D", "markerfacecolor": colour, "markeredgecolor": colour},
            medianprops={"color": colour},
        )
    else:
        axes.set_yticks([])
        axes.text(50, 0.5, "Nobody has listened yet", ha="center", va="center")
    axes.set_xlim(-2, 102)
    axes.set_xlabel("MUSHRA score")
    upper = axes.secondary_xaxis("top")
    upper.set_xticks([10, 30, 50, 70, 90], labels=_LABELS)
    upper.tick_params(length=0)
    return figure
