"""Tables of phone errors, of groups of utterances, and of paired differences."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pandas as pd

from gan_audio_compression.evaluation.estimates import (
    PHONE_ERROR_RATE,
    PHONE_ERRORS,
    with_phone_errors,
)
from gan_audio_compression.evaluation.groups import GROUPINGS
from gan_audio_compression.evaluation.measure import Metric
from gan_audio_compression.evaluation.report.measures import estimate_cell, heading_of
from gan_audio_compression.evaluation.report.table import (
    NOTHING,
    Cell,
    ColumnGroup,
    Mark,
    Row,
    Table,
    number,
)
from gan_audio_compression.evaluation.report.table_3 import Record, mean_cell
from gan_audio_compression.evaluation.systems import CEILINGS, labels_of
from gan_audio_compression.evaluation.words import counted

ORIGINAL = labels_of(CEILINGS)["original"]
"""How the speech itself is called among the systems."""


def phone_error_table(comparison: pd.DataFrame, *, id: str, caption: str) -> Table:
    """Return error rates of the systems that have one, beside the recogniser's own on originals."""
    rates = comparison.set_index("system")[PHONE_ERROR_RATE]
    own = float(rates.get(ORIGINAL, math.nan))
    labelled = comparison[comparison[PHONE_ERROR_RATE].notna()]
    rows = [
        Row(
            record["system"],
            [
                mean_cell(record, PHONE_ERROR_RATE, PHONE_ERRORS),
                Cell(number(100 * own, 1)),
                Cell(number(100 * (record[PHONE_ERROR_RATE] - own), 1, signed=True)),
            ],
        )
        for record in labelled.to_dict("records")
    ]
    columns = [
        Cell("Phone errors", "% of decoded speech"),
        Cell("On originals", "%, the recogniser's own"),
        Cell("Difference", "percentage points"),
    ]
    return Table(id, caption, [ColumnGroup("", columns)], rows)


def group_tables(
    groups: pd.DataFrame, metrics: Mapping[str, Metric], *, id: str
) -> dict[str, list[Table]]:
    """Return by grouping one table for each measure with a column for each group."""
    tables: dict[str, list[Table]] = {}
    for grouping, label in GROUPINGS.items():
        for name, metric in with_phone_errors(metrics).items():
            chosen = (groups["grouping"] == grouping) & (groups["measure"] == name)
            if chosen.any():
                table = _group_table(groups[chosen], name, metric, id=f"{id}-{grouping}-{name}")
                tables.setdefault(label, []).append(table)
    return tables


def paired_table(
    paired: pd.DataFrame, metrics: Mapping[str, Metric], *, id: str, caption: str
) -> Table:
    """Return the differences to the reference with a column for each measure."""
    counts = paired.groupby("measure")["n"].max()
    known = with_phone_errors(metrics)
    shown = {name: metric for name, metric in known.items() if name in counts}
    columns = [
        Cell(heading_of(name, metric), counted(counts[name], "utterance"))
        for name, metric in shown.items()
    ]
    rows = _rows(paired, "measure", list(shown), partial(_difference_cell, metrics=shown))
    return Table(id, caption, [ColumnGroup("", columns)], rows)


def _group_table(groups: pd.DataFrame, name: str, metric: Metric, *, id: str) -> Table:
    def cell(record: Record) -> Cell:
        return estimate_cell(name, metric, record["mean"], record["low"], record["high"])

    counts = groups.groupby("group")["n"].max()
    columns = [Cell(str(group), counted(n, "utterance")) for group, n in counts.items()]
    rows = _rows(groups, "group", list(counts.index), cell)
    return Table(id, heading_of(name, metric), [ColumnGroup("", columns)], rows)


def _rows(
    table: pd.DataFrame, across: str, values: Sequence[str], cell: Callable[[Record], Cell]
) -> list[Row]:
    """A row for each system, with a cell for each value of the column `across`."""
    cells = {
        (record["system"], record[across]): cell(record) for record in table.to_dict("records")
    }
    return [
        Row(system, [cells.get((system, value), Cell(NOTHING)) for value in values])
        for system in table["system"].unique()
    ]


def _difference_cell(record: Record, metrics: Mapping[str, Metric]) -> Cell:
    name, low, high = record["measure"], record["low"], record["high"]
    metric = metrics[name]
    mark: Mark = ""
    if low > 0 or high < 0:
        mark = "better" if (low > 0) == metric.higher_is_better else "worse"
    return estimate_cell(name, metric, record["difference"], low, high, signed=True, mark=mark)
