"""Phone errors, groups and differences as tables."""

import math
from collections.abc import Callable

import pandas as pd
import pytest

from gan_audio_compression.evaluation.metrics import OWN_MEASURES, metrics_of
from gan_audio_compression.evaluation.report.breakdown import (
    group_tables,
    paired_table,
    phone_error_table,
)
from gan_audio_compression.evaluation.report.content import ReportContent
from gan_audio_compression.evaluation.report.table import NOTHING, Cell

MakeContent = Callable[..., ReportContent]

METRICS = metrics_of(OWN_MEASURES)


def test_phone_errors_stand_beside_those_on_originals(make_content: MakeContent) -> None:
    comparison = make_content(["Original", "BPGAN", "Opus"], examples=0).comparison
    comparison["phone_error_rate"] = [0.36, 0.495, math.nan]
    table = phone_error_table(comparison, id="p", caption="")
    assert [row.label for row in table.rows] == ["Original", "BPGAN"]
    assert [cell.text for cell in table.rows[1].cells] == ["49.5", "36.0", "+13.5"]


def test_phone_errors_without_labels_are_no_rows(make_content: MakeContent) -> None:
    comparison = make_content(["Original", "BPGAN"], examples=0).comparison
    comparison["phone_error_rate"] = math.nan
    assert phone_error_table(comparison, id="p", caption="").rows == []


@pytest.mark.parametrize(
    ("measure", "low", "high", "mark"),
    [
        ("pesq_raw", 0.1, 0.3, "better"),
        ("pesq_raw", -0.3, -0.1, "worse"),
        ("pesq_raw", -0.1, 0.3, ""),
        ("log_mel_distance", -0.3, -0.1, "better"),
        ("log_mel_distance", 0.1, 0.3, "worse"),
        ("phone_error_rate", -0.3, -0.1, "better"),
        ("pesq_raw", math.nan, math.nan, ""),
    ],
)
def test_a_difference_is_judged_where_its_interval_leaves_out_zero(
    measure: str, low: float, high: float, mark: str
) -> None:
    paired = pd.DataFrame(
        [
            {
                "system": "Opus",
                "measure": measure,
                "n": 8,
                "difference": 0.2,
                "low": low,
                "high": high,
            }
        ]
    )
    (row,) = paired_table(paired, METRICS, id="p", caption="").rows
    assert [cell.mark for cell in row.cells] == [mark]


def test_differences_of_error_rates_are_in_percentage_points() -> None:
    errors = {"measure": "phone_error_rate", "difference": -0.12, "low": -0.2, "high": 0.04}
    paired = pd.DataFrame([{"system": "Opus", "n": 8} | errors])
    table = paired_table(paired, METRICS, id="p", caption="")
    assert table.groups[0].columns[0].text == "Phone error rate (%)"
    assert table.rows[0].cells[0] == Cell("\N{MINUS SIGN}12.0", "\N{MINUS SIGN}20.0 to +4.0")


def test_groups_have_a_table_for_each_measure_and_a_dash_for_what_is_missing(
    make_content: MakeContent,
) -> None:
    groups = make_content(["Original", "BPGAN"], examples=0).groups
    lost = (groups["system"] == "BPGAN") & (groups["group"] == "MAEB0")
    tables = group_tables(groups[~lost], METRICS, id="g")
    assert list(tables) == ["Test set", "Speaker", "Sex", "Dialect region"]
    first, second = tables["Speaker"][:2]
    assert first.caption == "PESQ raw (P.862)" and first.id != second.id
    heads = [column.text for column in first.groups[0].columns]
    assert heads == ["FTLG0", "FVMH0", "MAEB0", "MBMA1"]
    bpgan = dict(zip(heads, first.rows[1].cells, strict=True))
    assert bpgan["MAEB0"] == Cell(NOTHING) and bpgan["FVMH0"] == Cell("3.00")
    assert tables["Sex"][0].rows[0].cells[0] == Cell("3.00", "2.90\N{EN DASH}3.20")
