"""Rates are of whole files, gaps are left out and explained, and the scales are named."""

import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from gan_audio_compression.evaluation.comparison import codec_comparison, comparison_markdown
from gan_audio_compression.evaluation.measure import Metric
from gan_audio_compression.evaluation.systems import System, UnknownSystemError

MakeRow = Callable[..., dict[str, Any]]

SYSTEMS = (
    System("bpgan", "BPGAN", 2.0, paper="BPGAN"),
    System("speex", "Speex | wide band", 8.0, paper="CELP"),
    System("evs", "EVS", 7.2),
    System("ours", "Ours"),
)
Metrics = dict[str, Metric]

MISSING = "EVS is not\ninstalled; build it."


@pytest.fixture
def table(score_row: MakeRow, lost_row: MakeRow, metrics: Metrics) -> pd.DataFrame:
    rows = [
        score_row("Ours", "a1", pesq_raw=3.0),
        score_row("BPGAN", "a1"),
        score_row("Ours", "b1", pesq_raw=4.0, bits=2000, payload_bits=1500, seconds=0.5),
        score_row("Ours", "b2", pesq_raw=math.nan, visqol=math.nan, reason="too short"),
        score_row("Speex | wide band", "a1", bits=18_600),
        lost_row("EVS", "a1", MISSING),
        lost_row("EVS", "b1", MISSING),
    ]
    return codec_comparison(pd.DataFrame(rows), metrics, SYSTEMS, seed=0)


def of(table: pd.DataFrame, system: str) -> pd.Series:
    return table[table["system"] == system].iloc[0]


def cells(table: pd.DataFrame, metrics: Metrics, system: str) -> list[str]:
    lines = comparison_markdown(table, metrics).splitlines()
    (line,) = [line for line in lines if line.startswith(f"| {system}")]
    return [cell.strip() for cell in line.replace("\\|", "/").split("|")[1:-1]]


def test_one_row_for_each_system_in_the_order_of_the_list(table: pd.DataFrame) -> None:
    assert list(table["system"]) == ["BPGAN", "Speex | wide band", "EVS", "Ours"]
    assert list(table["n"]) == [1, 1, 2, 3]
    assert list(table["speakers"]) == [1, 1, 2, 2]
    assert list(table["failed"]) == [0, 0, 2, 1]
    assert list(table["nominal_kbit_s"][:3]) == [2.0, 8.0, 7.2]
    assert math.isnan(table["nominal_kbit_s"][3])


def test_rates_are_all_bits_over_all_seconds(table: pd.DataFrame) -> None:
    assert of(table, "Ours")["file_kbit_s"] == pytest.approx(10_000 / 4.5 / 1000)
    assert of(table, "Ours")["payload_kbit_s"] == pytest.approx(8700 / 4.5 / 1000)
    assert of(table, "Speex | wide band")["file_kbit_s"] == pytest.approx(9.3)


def test_means_medians_and_intervals_leave_gaps_out(table: pd.DataFrame) -> None:
    ours = of(table, "Ours")
    assert ours["pesq_raw_mean"] == ours["pesq_raw_median"] == pytest.approx(3.5)
    assert (ours["pesq_raw_low"], ours["pesq_raw_high"]) == pytest.approx((3.0, 4.0))
    assert ours["phone_error_rate"] == ours["phone_error_rate_high"] == pytest.approx(0.25)


def test_one_speaker_has_means_without_intervals(table: pd.DataFrame, metrics: Metrics) -> None:
    bpgan = of(table, "BPGAN")
    assert [bpgan[f"{metric}_mean"] for metric in metrics] == [3.0] * len(metrics)
    assert all(math.isnan(bpgan[f"{metric}_low"]) for metric in metrics)
    assert cells(table, metrics, "BPGAN")[4] == "3.00"


def test_a_reason_that_all_utterances_share_is_the_note(table: pd.DataFrame) -> None:
    assert of(table, "EVS")["note"] == MISSING
    assert pd.isna(of(table, "Ours")["note"])


def test_a_codec_that_is_missing_is_a_row_without_figures(
    table: pd.DataFrame, metrics: Metrics
) -> None:
    assert cells(table, metrics, "EVS") == ["EVS", "0/2", *["-"] * 10]
    assert (
        "- EVS: EVS is not installed; build it." in comparison_markdown(table, metrics).splitlines()
    )


def test_a_measure_that_is_not_installed_is_a_column_without_figures(
    score_row: MakeRow, lost_row: MakeRow, metrics: Metrics
) -> None:
    no_visqol: dict[str, Any] = {"visqol": math.nan, "reason": "ViSQOL is not installed."}
    rows = [
        score_row("BPGAN", "a1", **no_visqol),
        score_row("BPGAN", "b1", **no_visqol | {"stoi": math.nan}),
        lost_row("EVS", "a1", MISSING),
    ]
    table = codec_comparison(pd.DataFrame(rows), metrics, SYSTEMS, seed=0)
    bpgan = of(table, "BPGAN")
    assert (bpgan["pesq_nb_mean"], bpgan["failed"]) == (3.0, 1)
    assert pd.isna(bpgan["note"])
    assert table["visqol_mean"].isna().all()
    assert of(table, "EVS")["note"] == MISSING


def test_the_summary_has_the_metrics_that_it_is_told_of(table: pd.DataFrame) -> None:
    told = {
        "stoi": Metric("Hidden", in_summary=False),
        "visqol": Metric("Shown", digits=1),
        "pesq_raw": Metric("Also shown", digits=3),
    }
    header = comparison_markdown(table, told).splitlines()[0]
    assert "| Payload kbit/s | Shown | Also shown | Phone error rate (%) |" in header
    assert cells(table, told, "BPGAN")[4:6] == ["3.0", "3.000"]


def test_a_system_without_scores_keeps_its_row(score_row: MakeRow, metrics: Metrics) -> None:
    table = codec_comparison(pd.DataFrame([score_row("Ours", "a1")]), metrics, SYSTEMS, seed=0)
    assert list(table["n"]) == [0, 0, 0, 1]
    assert cells(table, metrics, "EVS") == ["EVS", "0", *["-"] * 10]


def test_a_system_that_is_not_listed_is_an_error(score_row: MakeRow, metrics: Metrics) -> None:
    with pytest.raises(UnknownSystemError, match="LPC"):
        codec_comparison(pd.DataFrame([score_row("LPC", "a1")]), metrics, SYSTEMS, seed=0)


def test_the_papers_figures_stand_beside_what_stands_for_its_methods(
    table: pd.DataFrame, metrics: Metrics
) -> None:
    columns = ["paper_kbit_s", "paper_pesq_raw", "paper_mushra"]
    assert of(table, "BPGAN")[columns].tolist() == [2.0, 3.26, 64.9]
    assert of(table, "Speex | wide band")[columns].tolist() == [8.0, 3.39, 59.4]
    assert of(table, "Ours")[columns].isna().all()
    assert cells(table, metrics, "BPGAN")[-1] == "3.26, 64.9 at 2"


def test_nobody_has_listened_yet(table: pd.DataFrame) -> None:
    assert table["mushra"].isna().all()
    assert (table["listeners"] == 0).all()


def test_markdown_names_the_scales_and_the_source(table: pd.DataFrame, metrics: Metrics) -> None:
    header, *_, note = comparison_markdown(table, metrics).splitlines()
    for metric in ("pesq_raw", "pesq_nb", "pesq_wb", "estoi", "visqol"):
        assert f"| {metrics[metric].label} |" in header
    assert "| Phone error rate (%) |" in header
    assert cells(table, metrics, "Ours")[1:5] == ["2/3", "2.22", "1.93", "3.50 [3.00, 4.00]"]
    assert cells(table, metrics, "Ours")[9] == "25.0 [25.0, 25.0]"
    assert "(2 here)" in note
    assert "Chaulagain" in note


def test_markdown_rows_have_as_many_cells_as_the_header(
    table: pd.DataFrame, metrics: Metrics
) -> None:
    lines = comparison_markdown(table, metrics).splitlines()[: 2 + len(SYSTEMS)]
    assert len({line.replace("\\|", "").count("|") for line in lines}) == 1
    assert cells(table, metrics, "Speex")[0] == "Speex / wide band"


def test_a_table_that_was_saved_reads_the_same(
    table: pd.DataFrame, tmp_path: Any, metrics: Metrics
) -> None:
    table.to_csv(tmp_path / "table.csv", index=False)
    assert comparison_markdown(pd.read_csv(tmp_path / "table.csv"), metrics) == comparison_markdown(
        table, metrics
    )
