"""Rates are of whole files, means leave gaps out, and the report says which PESQ is which."""

import math
from typing import Any

import pandas as pd
import pytest

from gan_audio_compression.evaluation.comparison import codec_comparison, comparison_markdown


def row(system: str, id: str, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "system": system,
        "id": id,
        "speaker": "s1",
        "bits": 4000,
        "seconds": 2.0,
        "file_bit_rate": 2000.0,
        "pesq_raw": 3.0,
        "pesq_nb": 2.8,
        "pesq_wb": 2.2,
        "stoi": 0.9,
        "estoi": 0.8,
        "reason": None,
    }
    return values | changes


@pytest.fixture
def scores() -> pd.DataFrame:
    return pd.DataFrame(
        [
            row("ours", "a", pesq_raw=3.0),
            row("BPGAN", "a"),
            row("ours", "b", bits=2000, seconds=0.5, pesq_raw=4.0),
            row("ours", "c", pesq_raw=math.nan, stoi=math.nan, reason="too short"),
            row("Opus", "a", bits=18_600),
        ]
    )


@pytest.fixture
def table(scores: pd.DataFrame) -> pd.DataFrame:
    return codec_comparison(scores, seed=0)


def test_one_row_for_each_system_in_order_of_appearance(table: pd.DataFrame) -> None:
    assert list(table["system"]) == ["ours", "BPGAN", "Opus"]
    assert list(table["n"]) == [3, 1, 1]
    assert list(table["failed"]) == [1, 0, 0]


def test_rate_is_all_bits_over_all_seconds(table: pd.DataFrame) -> None:
    assert table["file_kbit_s"].tolist() == pytest.approx([10_000 / 4.5 / 1000, 2.0, 9.3])


def test_an_utterance_that_was_not_encoded_does_not_lower_the_rate() -> None:
    lost = row("ours", "b", bits=math.nan, pesq_raw=math.nan, reason="not decoded")
    table = codec_comparison(pd.DataFrame([row("ours", "a"), lost]), seed=0)
    assert table["file_kbit_s"][0] == pytest.approx(2.0)
    assert table["failed"][0] == 1


def test_a_system_that_failed_throughout_has_no_figures() -> None:
    missing = dict.fromkeys(["bits", "pesq_raw", "pesq_nb", "pesq_wb", "stoi", "estoi"], math.nan)
    table = codec_comparison(pd.DataFrame([row("x", "a", reason="no", **missing)]), seed=0)
    assert math.isnan(table["file_kbit_s"][0])
    assert math.isnan(table["pesq_nb_mean"][0])
    cells = [cell.strip() for cell in comparison_markdown(table).splitlines()[2].split("|")[1:-1]]
    assert cells == ["x", "1", "1", *["-"] * 9]


def test_means_and_intervals_leave_gaps_out(table: pd.DataFrame) -> None:
    ours = table.iloc[0]
    assert ours["pesq_raw_mean"] == pytest.approx(3.5)
    assert 3.0 <= ours["pesq_raw_low"] < 3.5 < ours["pesq_raw_high"] <= 4.0
    assert ours["stoi_mean"] == pytest.approx(0.9)
    assert ours["estoi_low"] == ours["estoi_high"] == pytest.approx(0.8)


def test_the_papers_figures_stand_beside_its_own_systems_alone(table: pd.DataFrame) -> None:
    paper = table[["paper_kbit_s", "paper_pesq_raw", "paper_mushra"]]
    assert paper.iloc[0].isna().all()
    assert paper.iloc[1].tolist() == [2.0, 3.26, 64.9]
    assert paper.iloc[2].tolist() == [9.0, 3.47, 79.3]


def test_markdown_names_every_scale_and_the_source(table: pd.DataFrame) -> None:
    header, _, first, *_, note = comparison_markdown(table).splitlines()
    for name in (
        "PESQ raw (P.862)",
        "PESQ NB (P.862.1)",
        "PESQ WB (P.862.2)",
        "STOI",
        "ESTOI",
        "File kbit/s",
        "Paper: PESQ raw (P.862)",
        "Paper: MUSHRA",
    ):
        assert f"| {name} |" in header
    assert first.startswith("| ours | 3 | 1 | 2.22 | 3.50 [3.00, 4.00] | 2.80 [2.80, 2.80] |")
    assert first.endswith("| - | - | - |")
    assert "95 %" in note
    assert "Chaulagain" in note


def test_markdown_rows_have_as_many_cells_as_the_header(scores: pd.DataFrame) -> None:
    scores["system"] = scores["system"].replace("ours", "a|b")
    lines = comparison_markdown(codec_comparison(scores, seed=0)).splitlines()[:5]
    assert {line.replace("\\|", "").count("|") for line in lines} == {13}
    assert "a\\|b" in lines[2]
