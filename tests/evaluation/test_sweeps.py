"""A point of a sweep is of all utterances of a variant and system, and a system is a line."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.legend import Legend

from gan_audio_compression.evaluation.measure import Metric
from gan_audio_compression.evaluation.sweeps import (
    SWEEP_MEASURES,
    SWEEPS,
    plot_objective,
    plot_sweep,
    tabulate_sweep,
)

Metrics = dict[str, Metric]

LABELS = {"plain": "Encoder only", "bpgan": "Searched"}


@pytest.fixture
def log(metrics: Metrics) -> pd.DataFrame:
    rows = []
    for variant, bits in (("levels_16", 4000), ("levels_2", 1000), ("latents_128", 900)):
        for system in LABELS:
            for seconds in (1.0, 3.0):
                row = {"variant": variant, "system": system, "bits": bits, "seconds": seconds}
                rows.append(row | dict.fromkeys(metrics, 2.0 + seconds) | {"error": None})
    return pd.DataFrame(rows)


def names(legend: Legend | None) -> list[str]:
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def test_a_point_is_the_bits_of_all_files_over_their_seconds(
    log: pd.DataFrame, metrics: Metrics
) -> None:
    points = tabulate_sweep(log, metrics, LABELS)
    levels = points[points["sweep"] == "levels"]
    assert levels["setting"].tolist() == [2, 2, 16, 16]
    row = levels[(levels["setting"] == 16) & (levels["system"] == "Searched")].iloc[0]
    assert (row["kbit_s"], row["pesq_raw"], row["utterances"]) == (2.0, 4.0, 2)
    assert list(points.columns[5:]) == list(metrics)


def test_what_failed_counts_neither_bits_nor_seconds(log: pd.DataFrame, metrics: Metrics) -> None:
    failed = (log["variant"] == "levels_2") & (log["seconds"] == 3.0)
    points = tabulate_sweep(log.assign(error=log["error"].mask(failed, "no")), metrics, LABELS)
    row = points[(points["setting"] == 2) & (points["system"] == "Searched")].iloc[0]
    assert (row["kbit_s"], row["pesq_raw"], row["utterances"]) == (1.0, 3.0, 1)


def test_nothing_coded_gives_no_figure(log: pd.DataFrame, metrics: Metrics) -> None:
    points = tabulate_sweep(log.assign(error="no"), metrics, LABELS)
    assert points.empty
    assert plot_sweep(points, metrics, "Searched") == {}


def test_each_system_is_a_line_and_one_has_its_settings_beside_its_points(
    log: pd.DataFrame, metrics: Metrics
) -> None:
    figures = plot_sweep(tabulate_sweep(log, metrics, LABELS), metrics, "Searched")
    assert set(figures) == {f"{sweep}_{name}" for sweep in SWEEPS for name in SWEEP_MEASURES}
    figure = figures["levels_pesq_raw"]
    (axes,), (legend,) = figure.axes, figure.legends
    assert set(names(legend)) == set(LABELS.values())
    assert [text.get_text() for text in axes.texts] == ["2", "16"]
    assert axes.get_ylabel() == "PESQ raw (P.862), higher is better"


def test_figures_are_of_the_metrics_that_there_are(log: pd.DataFrame) -> None:
    metrics = {"estoi": Metric("Anything", higher_is_better=False)}
    figures = plot_sweep(tabulate_sweep(log, metrics, LABELS), metrics, "Searched")
    assert set(figures) == {"levels_estoi", "latents_estoi"}
    assert figures["levels_estoi"].axes[0].get_ylabel() == "Anything, lower is better"


def test_what_was_not_swept_has_no_figure(log: pd.DataFrame, metrics: Metrics) -> None:
    levels = tabulate_sweep(log[log["variant"].str.startswith("levels")], metrics, LABELS)
    assert set(plot_sweep(levels, metrics, "Searched")) == {
        f"levels_{name}" for name in SWEEP_MEASURES
    }


def test_objectives_are_under_the_labels_of_the_systems() -> None:
    objective = pd.DataFrame(
        {
            "system": ["bpgan", "bpgan", "plain"],
            "iteration": [0, 2, 0],
            "objective": [4.0, 3.0, 4.0],
        }
    )
    (axes,) = plot_objective(objective, LABELS).axes
    assert names(axes.get_legend()) == ["Searched", "Encoder only"]
    searched = next(line for line in axes.lines if line.get_label() == "Searched")
    assert np.asarray(searched.get_ydata()).tolist() == [4.0, 3.0]
