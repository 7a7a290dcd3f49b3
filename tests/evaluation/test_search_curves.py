"""The figure of searches has a line for each, over its time."""

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.evaluation.search_curves import search_figure


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "search": [
                "encoder only",
                "annealing",
                "annealing",
                "annealing, mse",
                "annealing, mse",
            ],
            "effort": [0, 5, 3, 3, 5],
            "seconds_per_second": [0.03, 0.9, 0.4, 0.4, 0.8],
            "objective": [0.5, 0.4, 0.45, 3.0, 2.9],
            "pesq_nb": [3.5, 3.8, 3.7, 3.5, 3.55],
        }
    )


def test_a_search_is_a_line_over_its_time(table: pd.DataFrame) -> None:
    objective, quality = search_figure(table, title="Search").axes[:2]
    annealing = quality.lines[1]
    assert np.asarray(annealing.get_xdata()).tolist() == [0.4, 0.9]
    assert np.asarray(annealing.get_ydata()).tolist() == [3.7, 3.8]
    assert len(quality.lines) == 3
    assert quality.get_xscale() == "log"
    # What another objective minimises is on another scale.
    assert len(objective.lines) == 2


def test_what_does_not_search_is_a_level_line(table: pd.DataFrame) -> None:
    line = search_figure(table, title="Search").axes[1].lines[0]
    assert set(np.asarray(line.get_ydata()).tolist()) == {3.5}
