"""The table of all systems: who is best, who is absent, what the paper says."""

import math
from collections.abc import Callable

from gan_audio_compression.evaluation.metrics import OWN_MEASURES, metrics_of
from gan_audio_compression.evaluation.report.content import ReportContent
from gan_audio_compression.evaluation.report.table import NOTHING, Cell, Row, Table
from gan_audio_compression.evaluation.report.table_3 import (
    best_readings,
    comparison_table,
    median_table,
)

MakeContent = Callable[..., ReportContent]

SYSTEMS = ["Original", "BPGAN", "Transform codec", "Opus", "Codec2 1600"]
METRICS = metrics_of(OWN_MEASURES)
HEADS = ["n", "nominal", "file", "payload", *(metric.label for metric in METRICS.values())]


def row_of(table: Table, system: str) -> Row:
    return next(row for row in table.rows if row.label == system)


def cell_of(table: Table, system: str, head: str) -> Cell:
    return row_of(table, system).cells[HEADS.index(head)]


def test_each_measure_marks_its_best_below_the_rate_and_no_other(make_content: MakeContent) -> None:
    comparison = make_content(SYSTEMS, examples=0).comparison
    comparison.loc[comparison["system"] == "BPGAN", "estoi_mean"] = 0.9
    table = comparison_table(comparison, METRICS, id="t", caption="")
    marked = {
        HEADS[place]: row.label
        for row in table.rows
        for place, cell in enumerate(row.cells[: len(HEADS)])
        if cell.mark == "best"
    }
    best = dict.fromkeys((metric.label for metric in METRICS.values()), "Transform codec")
    assert marked == best | {"ESTOI": "BPGAN"}
    assert sum(cell.mark == "best" for row in table.rows for cell in row.cells) == len(METRICS) + 1
    assert "ESTOI: BPGAN with 0.900 at 2.07 kbit/s." in best_readings(comparison, METRICS)


def test_no_system_at_a_low_rate_means_no_best(make_content: MakeContent) -> None:
    comparison = make_content(["Original", "CELP"], examples=0).comparison
    assert best_readings(comparison, METRICS) == []


def test_an_absent_codec_keeps_its_note_and_the_papers_figures(make_content: MakeContent) -> None:
    table = comparison_table(
        make_content(SYSTEMS, examples=0).comparison, METRICS, id="t", caption=""
    )
    opus = row_of(table, "Opus")
    assert opus.note.startswith("opusenc is not installed")
    assert [cell.text for cell in opus.cells[table.own_columns :]] == ["9.0", "3.47", "79.3"]
    assert row_of(table, "BPGAN").note == ""


def test_a_value_has_its_interval_and_what_is_unknown_a_dash(make_content: MakeContent) -> None:
    table = comparison_table(
        make_content(SYSTEMS, examples=0).comparison, METRICS, id="t", caption=""
    )
    assert cell_of(table, "BPGAN", "PESQ WB (P.862.2)") == Cell("2.18", "2.11\N{EN DASH}2.25")
    assert row_of(table, "Codec2 1600").cells[-3:] == [Cell(NOTHING)] * 3


def test_failures_are_counted_beside_the_speakers(make_content: MakeContent) -> None:
    comparison = make_content(SYSTEMS, examples=0).comparison
    comparison.loc[comparison["system"] == "BPGAN", "failed"] = 3
    table = comparison_table(comparison, METRICS, id="t", caption="")
    assert cell_of(table, "BPGAN", "n") == Cell("32", "4, 3 failed")


def test_the_heading_says_that_nobody_listened_until_somebody_did(
    make_content: MakeContent,
) -> None:
    comparison = make_content(SYSTEMS, examples=0).comparison

    def heading() -> str:
        table = comparison_table(comparison, METRICS, id="t", caption="")
        (column,) = next(group.columns for group in table.groups if group.label == "Listeners")
        return column.detail

    assert heading() == "no listeners yet"
    columns = ["mushra", "mushra_low", "mushra_high", "listeners"]
    comparison.loc[comparison["system"] == "BPGAN", columns] = [64.9, 60.0, 69.5, 5]
    assert heading() == "5 listeners, 20 are wanted"
    table = comparison_table(comparison, METRICS, id="t", caption="")
    mushra = table.own_columns - 1
    assert row_of(table, "BPGAN").cells[mushra] == Cell("64.9", "60.0\N{EN DASH}69.5")
    assert row_of(table, "Original").cells[mushra] == Cell(NOTHING)


def test_medians_are_not_means_and_absent_codecs_have_none(make_content: MakeContent) -> None:
    comparison = make_content(SYSTEMS, examples=0).comparison
    comparison.loc[comparison["system"] == "BPGAN", "visqol_median"] = math.nan
    texts = [
        cell.text
        for cell in row_of(median_table(comparison, METRICS, id="m", caption=""), "BPGAN").cells
    ]
    assert texts[0] == "2.93"
    assert texts[list(METRICS).index("visqol")] == NOTHING
