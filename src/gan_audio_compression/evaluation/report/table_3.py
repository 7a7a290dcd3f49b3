"""Table 3 with the paper's figures beside ours, and who is best in it."""

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from gan_audio_compression.evaluation.estimates import (
    PHONE_ERROR_RATE,
    PHONE_ERRORS,
    with_phone_errors,
)
from gan_audio_compression.evaluation.measure import Metric
from gan_audio_compression.evaluation.mushra.summary import panel_size
from gan_audio_compression.evaluation.report.measures import estimate_cell, heading_of
from gan_audio_compression.evaluation.report.table import (
    Cell,
    ColumnGroup,
    Mark,
    Row,
    Table,
    interval,
    number,
)

LOW_RATE_KBIT_S = 3.2
"""The best systems are looked for below this rate of the file."""

_NEVER_LISTENED = "no listeners yet"

# A row of a data frame by column.
Record = Mapping[Hashable, Any]


def comparison_table(
    comparison: pd.DataFrame, metrics: Mapping[str, Metric], *, id: str, caption: str
) -> Table:
    """Return means of all measures with their intervals, and the paper's columns apart."""
    best = best_at_low_rate(comparison, metrics)
    groups = [
        ColumnGroup("", [Cell("n", "speakers")]),
        ColumnGroup("Rate in kbit/s", [Cell("nominal"), Cell("file"), Cell("payload")]),
        ColumnGroup("Objective measures", _headings(metrics)),
        ColumnGroup("Recogniser", [Cell(heading_of(PHONE_ERROR_RATE, PHONE_ERRORS))]),
        ColumnGroup("Listeners", [Cell("MUSHRA", _panel(comparison))]),
        ColumnGroup("The paper", [Cell("kbit/s"), Cell("PESQ raw"), Cell("MUSHRA")], apart=True),
    ]
    rows = [
        Row(
            record["system"],
            [*_own_cells(record, metrics, best), *_paper_cells(record)],
            note_of(record),
        )
        for record in comparison.to_dict("records")
    ]
    return Table(id, caption, groups, rows)


def median_table(
    comparison: pd.DataFrame, metrics: Mapping[str, Metric], *, id: str, caption: str
) -> Table:
    """Return medians of all measures."""
    rows = [
        Row(
            record["system"],
            [_median_cell(record, name, metric) for name, metric in metrics.items()],
            note_of(record),
        )
        for record in comparison.to_dict("records")
    ]
    return Table(id, caption, [ColumnGroup("", _headings(metrics))], rows)


def best_at_low_rate(comparison: pd.DataFrame, metrics: Mapping[str, Metric]) -> dict[str, str]:
    """Return the system that is best below LOW_RATE_KBIT_S, by measure."""
    systems = comparison.set_index("system")
    low_rate = systems[systems["file_kbit_s"] < LOW_RATE_KBIT_S]
    goodness = {
        name: low_rate[_mean_column(name)].dropna() * (1 if metric.higher_is_better else -1)
        for name, metric in with_phone_errors(metrics).items()
    }
    return {name: str(values.idxmax()) for name, values in goodness.items() if len(values)}


def best_readings(comparison: pd.DataFrame, metrics: Mapping[str, Metric]) -> list[str]:
    """Return what `best_at_low_rate` found, a sentence for each measure."""
    records = {record["system"]: record for record in comparison.to_dict("records")}
    known = with_phone_errors(metrics)
    return [
        f"{heading_of(name, known[name])}: {system}"
        f" with {mean_cell(records[system], name, known[name]).text}"
        f" at {number(records[system]['file_kbit_s'], 2)} kbit/s."
        for name, system in best_at_low_rate(comparison, metrics).items()
    ]


def mean_cell(record: Record, name: str, metric: Metric, mark: Mark = "") -> Cell:
    """Return the mean of a metric, or the rate of phone errors, with its interval."""
    bounds = record[f"{name}_low"], record[f"{name}_high"]
    return estimate_cell(name, metric, record[_mean_column(name)], *bounds, mark=mark)


def note_of(record: Record) -> str:
    """Return why a system is absent, empty where it is not; pandas may have made NaN of None."""
    return record["note"] if isinstance(record["note"], str) else ""


def _headings(metrics: Mapping[str, Metric]) -> list[Cell]:
    return [Cell(heading_of(name, metric)) for name, metric in metrics.items()]


def _mean_column(name: str) -> str:
    return name if name == PHONE_ERROR_RATE else f"{name}_mean"


def _median_cell(record: Record, name: str, metric: Metric) -> Cell:
    return estimate_cell(name, metric, record[f"{name}_median"], math.nan, math.nan)


def _own_cells(
    record: Record, metrics: Mapping[str, Metric], best: Mapping[str, str]
) -> list[Cell]:
    return [
        _utterances_cell(record),
        Cell(number(record["nominal_kbit_s"], 1)),
        Cell(number(record["file_kbit_s"], 2)),
        Cell(number(record["payload_kbit_s"], 2)),
        *(
            mean_cell(record, name, metric, "best" if best.get(name) == record["system"] else "")
            for name, metric in with_phone_errors(metrics).items()
        ),
        _mushra_cell(record),
    ]


def _paper_cells(record: Record) -> list[Cell]:
    columns = {"paper_kbit_s": 1, "paper_pesq_raw": 2, "paper_mushra": 1}
    return [Cell(number(record[column], digits)) for column, digits in columns.items()]


def _utterances_cell(record: Record) -> Cell:
    failed = f", {number(record['failed'], 0)} failed" if record["failed"] > 0 else ""
    return Cell(number(record["n"], 0), number(record["speakers"], 0) + failed)


def _mushra_cell(record: Record) -> Cell:
    bounds = interval(record["mushra_low"], record["mushra_high"], 1)
    return Cell(number(record["mushra"], 1), bounds)


def _panel(comparison: pd.DataFrame) -> str:
    listeners = int(comparison["listeners"].max()) if len(comparison) else 0
    return panel_size(listeners) if listeners else _NEVER_LISTENED
