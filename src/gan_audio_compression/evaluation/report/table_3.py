"""Table 3 with the paper's figures beside ours, and who is best in it."""

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from gan_audio_compression.evaluation.estimates import MEASURES, PHONE_ERROR_RATE
from gan_audio_compression.evaluation.metrics import METRICS
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


def comparison_table(comparison: pd.DataFrame, *, id: str, caption: str) -> Table:
    """Means of all measures with their intervals, and the paper's columns apart."""
    best = best_at_low_rate(comparison)
    groups = [
        ColumnGroup("", [Cell("n", "speakers")]),
        ColumnGroup("Rate in kbit/s", [Cell("nominal"), Cell("file"), Cell("payload")]),
        ColumnGroup("Objective measures", [Cell(heading_of(measure)) for measure in METRICS]),
        ColumnGroup("Recogniser", [Cell(heading_of(PHONE_ERROR_RATE))]),
        ColumnGroup("Listeners", [Cell("MUSHRA", _panel(comparison))]),
        ColumnGroup("The paper", [Cell("kbit/s"), Cell("PESQ raw"), Cell("MUSHRA")], apart=True),
    ]
    rows = [
        Row(record["system"], [*_own_cells(record, best), *_paper_cells(record)], note_of(record))
        for record in comparison.to_dict("records")
    ]
    return Table(id, caption, groups, rows)


def median_table(comparison: pd.DataFrame, *, id: str, caption: str) -> Table:
    """Medians of all measures."""
    rows = [
        Row(
            record["system"],
            [_median_cell(record, measure) for measure in METRICS],
            note_of(record),
        )
        for record in comparison.to_dict("records")
    ]
    columns = [Cell(heading_of(measure)) for measure in METRICS]
    return Table(id, caption, [ColumnGroup("", columns)], rows)


def best_at_low_rate(comparison: pd.DataFrame) -> dict[str, str]:
    """The system that is best below LOW_RATE_KBIT_S, by measure."""
    systems = comparison.set_index("system")
    low_rate = systems[systems["file_kbit_s"] < LOW_RATE_KBIT_S]
    goodness = {
        measure: low_rate[_mean_column(measure)].dropna() * (1 if metric.higher_is_better else -1)
        for measure, metric in MEASURES.items()
    }
    return {measure: str(values.idxmax()) for measure, values in goodness.items() if len(values)}


def best_readings(comparison: pd.DataFrame) -> list[str]:
    """What `best_at_low_rate` found, a sentence for each measure."""
    records = {record["system"]: record for record in comparison.to_dict("records")}
    return [
        f"{heading_of(measure)}: {system} with {mean_cell(records[system], measure).text}"
        f" at {number(records[system]['file_kbit_s'], 2)} kbit/s."
        for measure, system in best_at_low_rate(comparison).items()
    ]


def mean_cell(record: Record, measure: str, mark: Mark = "") -> Cell:
    """The mean of a measure, or the rate of phone errors, with its interval."""
    bounds = record[f"{measure}_low"], record[f"{measure}_high"]
    return estimate_cell(measure, record[_mean_column(measure)], *bounds, mark=mark)


def note_of(record: Record) -> str:
    """Why a system is absent, empty where it is not; pandas may have made NaN of None."""
    return record["note"] if isinstance(record["note"], str) else ""


def _mean_column(measure: str) -> str:
    return measure if measure == PHONE_ERROR_RATE else f"{measure}_mean"


def _median_cell(record: Record, measure: str) -> Cell:
    return estimate_cell(measure, record[f"{measure}_median"], math.nan, math.nan)


def _own_cells(record: Record, best: Mapping[str, str]) -> list[Cell]:
    return [
        _utterances_cell(record),
        Cell(number(record["nominal_kbit_s"], 1)),
        Cell(number(record["file_kbit_s"], 2)),
        Cell(number(record["payload_kbit_s"], 2)),
        *(
            mean_cell(record, measure, "best" if best.get(measure) == record["system"] else "")
            for measure in MEASURES
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
