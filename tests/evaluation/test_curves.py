"""The figures show the means of what they are given, by name."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.evaluation.curves import objective_figure, score_box_figure
from gan_audio_compression.evaluation.measure import Metric

MakeRow = Callable[..., dict[str, Any]]
Metrics = dict[str, Metric]


def traces(system: str, *objectives: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"system": system, "iteration": range(len(objectives)), "objective": objectives}
    )


def test_objective_is_the_mean_over_utterances() -> None:
    table = pd.concat([traces("ADMM", 5, 3, 2), traces("ADMM", 7, 5, 4), traces("BP", 6, 5, 4)])
    figure = objective_figure(table, title="Search")
    (axes,) = figure.axes
    admm, back_propagation = axes.lines
    assert np.asarray(admm.get_xdata()).tolist() == [0, 1, 2]
    assert np.asarray(admm.get_ydata()).tolist() == [6, 4, 3]
    assert back_propagation.get_label() == "BP"
    assert figure.get_suptitle() == "Search"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Iteration", "Objective, lower is better")


def test_a_system_that_does_not_search_is_a_level_line() -> None:
    figure = objective_figure(
        pd.concat([traces("Encoder only", 6), traces("ADMM", 6, 4, 3)]), title="Search"
    )
    line = figure.axes[0].lines[0]
    assert np.asarray(line.get_xdata()).tolist() == [0, 2]
    assert np.asarray(line.get_ydata()).tolist() == [6, 6]


def test_lines_differ_without_their_colours() -> None:
    names = [f"strategy {number}" for number in range(8)]
    figure = objective_figure(pd.concat([traces(n, 3, 2) for n in names]), title="Search")
    looks = {(line.get_marker(), line.get_linestyle()) for line in figure.axes[0].lines}
    assert len(looks) == len(names)


def test_boxes_are_of_the_systems_that_have_values(score_row: MakeRow, metrics: Metrics) -> None:
    scores = pd.DataFrame(
        [
            *(score_row("Opus", f"a{n}", pesq_wb=value) for n, value in enumerate((2.0, 3.0, 7.0))),
            score_row("EVS", "a1", pesq_wb=math.nan),
            score_row("BPGAN", "a1", pesq_wb=1.5),
        ]
    )
    figure = score_box_figure(scores, metrics, "pesq_wb", title="Scores")
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Opus", "BPGAN"]
    assert axes.yaxis_inverted()
    assert axes.get_xlabel() == "PESQ WB (P.862.2), higher is better"
    means = [
        np.asarray(line.get_xdata()).tolist() for line in axes.lines if line.get_marker() == "D"
    ]
    assert means == [[4.0], [1.5]]


@pytest.mark.parametrize(
    ("measure", "label"),
    [
        ("phone_error_rate", "Phone error rate, lower is better"),
        ("log_mel_distance", "Log-mel distance (dB), lower is better"),
    ],
)
def test_the_axis_says_where_lower_is_better(
    score_row: MakeRow, metrics: Metrics, measure: str, label: str
) -> None:
    figure = score_box_figure(
        pd.DataFrame([score_row("Opus", "a1")]), metrics, measure, title="Scores"
    )
    assert figure.axes[0].get_xlabel() == label


def test_nothing_scored_gives_an_empty_figure(score_row: MakeRow, metrics: Metrics) -> None:
    scores = pd.DataFrame([score_row("EVS", "a1", visqol=math.nan)])
    figure = score_box_figure(scores, metrics, "visqol", title="Scores")
    assert not figure.axes[0].lines
