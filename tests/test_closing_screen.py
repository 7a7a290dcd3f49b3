"""What a run ends with."""

import numpy as np
import pandas as pd
from rich.console import Console

from gan_audio_compression.closing_screen import closing_screen

COMPARISON = pd.DataFrame(
    {
        "system": ["BPGAN", "Opus 9k", "Sequence 2k"],
        "file_kbit_s": [1.9, 10.23, 1.99],
        "pesq_raw_mean": [3.456, 3.87, 3.92],
        "pesq_nb_mean": [3.5, 4.01, np.nan],
        "estoi_mean": [0.81, 0.92, 0.92],
    }
)
PLACES = {"Report": "/a folder/report.html"}


def shown(*systems: str, comparison: pd.DataFrame = COMPARISON) -> list[str]:
    console = Console(width=100)
    with console.capture() as capture:
        console.print(closing_screen(comparison, systems, PLACES))
    return capture.get().splitlines()


def test_the_systems_stand_in_the_order_asked_for_with_their_figures() -> None:
    rows = [line for line in shown("Opus 9k", "BPGAN") if "9k" in line or "BPGAN" in line]
    assert [row.strip("│ ").split()[0] for row in rows] == ["Opus", "BPGAN"]
    assert {"1.90", "3.46", "3.50", "0.81"} <= set(rows[1].split())


def test_what_was_not_measured_is_a_dash() -> None:
    (row,) = [line for line in shown("Sequence 2k") if "Sequence" in line]
    assert "-" in row.split()
    absent = COMPARISON.assign(**{n: np.nan for n in COMPARISON.columns[1:]})
    assert not any("BPGAN" in line for line in shown("BPGAN", comparison=absent))


def test_places_can_be_copied_from_one_line_each() -> None:
    assert shown("BPGAN")[-1] == "Report: /a folder/report.html"
    assert len(shown(*COMPARISON["system"])) <= 25
