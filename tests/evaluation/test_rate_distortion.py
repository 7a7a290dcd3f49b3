"""Points are of coded systems, families are lines, and labels neither collide nor leave."""

import math
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from gan_audio_compression.evaluation.comparison import codec_comparison
from gan_audio_compression.evaluation.measure import Metric
from gan_audio_compression.evaluation.rate_distortion import (
    rate_distortion_figure,
    rate_distortion_points,
)
from gan_audio_compression.evaluation.systems import System

MakeRow = Callable[..., dict[str, Any]]

SYSTEMS = (
    System("original", "Original"),
    System("no_codec", "No codec"),
    System("opus_6k", "Opus 6k", family="Opus"),
    System("opus_9k", "Opus 9k", family="Opus"),
    System("speex", "Speex NB", family="Speex"),
    System("evs", "EVS"),
)
CROWD = pd.DataFrame(
    [
        *(("Codec2", mode, rate, value) for mode, rate, value in (
            ("3200", 3.18, 3.22), ("2400", 2.39, 2.94), ("1600", 1.59, 2.82), ("700C", 0.79, 2.21)
        )),
        ("Opus", "9k", 9.93, 4.06),
        ("Opus", "6k", 7.11, 3.04),
        ("Speex NB 8k", "Speex NB 8k", 9.04, 3.8),
        ("AMR-WB 6.6", "AMR-WB 6.6", 7.3, 3.64),
        ("AMR-NB 6.7", "AMR-NB 6.7", 6.98, 3.74),
        *((name, name, 2.0 + 0.05 * i, 2.0 + 0.03 * i) for i, name in enumerate(
            ("Encoder only", "Unified GAN", "BPGAN")
        )),
    ],
    columns=["curve", "label", "kbit_s", "value"],
)  # fmt: skip


def figure_of(points: pd.DataFrame, *, higher_is_better: bool = True) -> Figure:
    return rate_distortion_figure(
        points, measure="PESQ NB", higher_is_better=higher_is_better, title="Quality"
    )


def notes(figure: Figure) -> list[Annotation]:
    return [text for text in figure.axes[0].texts if isinstance(text, Annotation)]


def extent(note: Annotation) -> Bbox:
    """Of the text alone, without the line to its point."""
    return super(Annotation, note).get_window_extent()


@pytest.fixture
def table(score_row: MakeRow, lost_row: MakeRow, metrics: dict[str, Metric]) -> pd.DataFrame:
    rows = [
        *(score_row("Original", id, bits=512_000) for id in ("a1", "b1")),
        *(score_row("No codec", id, bits=math.nan) for id in ("a1", "b1")),
        *(score_row("Opus 6k", id, bits=12_000, pesq_nb=2.0 + (id == "a1")) for id in ("a1", "b1")),
        *(score_row("Opus 9k", id, bits=18_000) for id in ("a1", "b1")),
        score_row("Speex NB", "a1", bits=18_000),
        lost_row("EVS", "a1", "not installed"),
    ]
    return codec_comparison(pd.DataFrame(rows), metrics, SYSTEMS, seed=0)


def test_points_are_of_what_was_coded_at_a_low_rate(table: pd.DataFrame) -> None:
    points = rate_distortion_points(table, SYSTEMS, "pesq_nb")
    assert list(points["curve"]) == ["Opus", "Opus", "Speex"]
    assert list(points["kbit_s"]) == pytest.approx([6.0, 9.0, 9.0])
    assert points.iloc[0][["value", "low", "high"]].tolist() == pytest.approx([2.5, 2.0, 3.0])


def test_modes_label_families_and_full_names_what_stands_alone(table: pd.DataFrame) -> None:
    points = rate_distortion_points(table, SYSTEMS, "pesq_nb")
    assert list(points["label"]) == ["6k", "9k", "Speex NB"]


def test_points_of_the_phone_error_rate(table: pd.DataFrame) -> None:
    points = rate_distortion_points(table, SYSTEMS, "phone_error_rate")
    assert list(points["value"]) == pytest.approx([0.25] * 3)


def test_families_are_lines_in_order_of_rate_and_others_are_points(table: pd.DataFrame) -> None:
    figure = figure_of(rate_distortion_points(table, SYSTEMS, "pesq_nb")[::-1])
    (axes,) = figure.axes
    lines = {len(np.asarray(line.get_xdata())): line for line in axes.lines}
    assert np.asarray(lines[2].get_xdata()) == pytest.approx([6.0, 9.0])
    assert lines[1].get_linestyle() == "None"
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["Opus"]


def test_rate_axis_is_logarithmic_with_plain_ticks() -> None:
    figure = figure_of(CROWD, higher_is_better=False)
    (axes,) = figure.axes
    low, high = axes.get_xlim()
    assert axes.get_xscale() == "log"
    assert low < CROWD["kbit_s"].min() and CROWD["kbit_s"].max() < high
    figure.draw_without_rendering()
    ticks = [label.get_text() for label in axes.get_xticklabels()]
    assert {"1", "2", "4", "8"} <= set(ticks)
    assert axes.get_xlabel() == "File rate (kbit/s)"
    assert axes.get_ylabel() == "PESQ NB, lower is better"
    assert figure.get_suptitle() == "Quality"


def test_the_axis_goes_as_far_as_a_sweep() -> None:
    sweep = pd.DataFrame({"curve": "4 levels", "label": "", "kbit_s": [0.2, 20], "value": [1, 2]})
    figure = figure_of(sweep)
    low, high = figure.axes[0].get_xlim()
    assert low < 0.2 and high > 20
    assert not notes(figure)


def test_labels_stay_apart_and_within_the_axes() -> None:
    figure = figure_of(CROWD)
    boxes = [extent(note) for note in notes(figure)]
    assert [note.get_text() for note in notes(figure)] == list(CROWD["label"])
    for one, other in combinations(boxes, 2):
        assert not one.overlaps(other)
    frame = figure.axes[0].get_window_extent()
    for box in boxes:
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1
        assert frame.y0 <= box.y0 and box.y1 <= frame.y1


def test_labels_leave_the_markers_free() -> None:
    figure = figure_of(CROWD)
    markers = figure.axes[0].transData.transform(CROWD[["kbit_s", "value"]].to_numpy())
    for note in notes(figure):
        assert not any(extent(note).contains(*marker) for marker in markers)


def test_intervals_are_drawn_where_there_are_any() -> None:
    figure = figure_of(CROWD.assign(low=CROWD["value"] - 0.2, high=CROWD["value"] + 0.1))
    bars = [path for of in figure.axes[0].collections for path in of.get_paths()]
    spans = sorted(tuple(np.asarray(bar.vertices)[:, 1]) for bar in bars)
    assert spans == sorted(zip(CROWD["value"] - 0.2, CROWD["value"] + 0.1, strict=True))


def test_a_single_speaker_has_points_without_intervals() -> None:
    figure = figure_of(CROWD.assign(low=math.nan, high=math.nan))
    assert [note.get_text() for note in notes(figure)] == list(CROWD["label"])


def test_no_points_give_an_empty_figure() -> None:
    figure = figure_of(CROWD[:0])
    assert not figure.axes[0].lines
