"""The figures of packets have a line for each codec, over losses and over delay."""

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.evaluation.live_curves import delay_figure, loss_figure


@pytest.fixture
def table() -> pd.DataFrame:
    rows = [
        ("short", 64, 0.0, "random", 3.5),
        ("short", 104, 0.0, "random", 3.7),
        ("short", 64, 0.1, "random", 3.0),
        ("long", 144, 0.1, "random", 2.9),
        ("long", 144, 0.0, "random", 3.9),
        ("long", 144, 0.1, "bursts", 2.8),
        ("long", 144, 0.2, "random", 2.4),
        ("long", 184, 0.1, "random", 3.1),
    ]
    table = pd.DataFrame(rows, columns=["codec", "delay_ms", "lost", "pattern", "pesq_nb"])
    return table.assign(pesq_wb=table["pesq_nb"] - 0.5)


def test_losses_are_over_percent_and_begin_without_any(table: pd.DataFrame) -> None:
    random, bursts = loss_figure(table).axes[:2]
    [line] = random.lines
    assert np.asarray(line.get_xdata()).tolist() == [0, 10, 20]
    assert np.asarray(line.get_ydata()).tolist() == [3.9, 2.9, 2.4]
    assert np.asarray(bursts.lines[0].get_ydata()).tolist() == [3.9, 2.8]


def test_delays_have_a_panel_for_each_loss_that_all_have_met(table: pd.DataFrame) -> None:
    axes = delay_figure(table).axes
    assert len(axes) == 4
    short, long = axes[0].lines
    assert np.asarray(short.get_xdata()).tolist() == [64, 104]
    assert np.asarray(long.get_ydata()).tolist() == [3.9]
    assert np.asarray(axes[3].lines[1].get_ydata()).tolist() == [2.4, 2.6]
