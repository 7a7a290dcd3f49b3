"""Tables of phone errors, of single speakers, sexes and regions, and of paired differences."""

import math
from collections.abc import Callable, Sequence

import pandas as pd

from gan_audio_compression.evaluation.estimates import MEASURES, PHONE_ERROR_RATE
from gan_audio_compression.evaluation.paper import TABLE_3
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

ORIGINAL = TABLE_3[0].method
"""How the speech itself is called among the systems."""

_GROUPINGS = {"speaker": "Speaker", "sex": "Sex", "dialect_region": "Dialect region"}


def phone_error_table(comparison: pd.DataFrame, *, id: str, caption: str) -> Table:
    """Error rates of the systems that have one, beside the recogniser's own on originals."""
    rates = comparison.set_index("system")[PHONE_ERROR_RATE]
    own = float(rates.get(ORIGINAL, math.nan))
    labelled = comparison[comparison[PHONE_ERROR_RATE].notna()]
    rows = [
        Row(
            record["system"],
            [
                mean_cell(record, PHONE_ERROR_RATE),
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


def group_tables(groups: pd.DataFrame, *, id: str) -> dict[str, list[Table]]:
    """By grouping, one table for each measure with a column for each group."""
    tables: dict[str, list[Table]] = {}
    for grouping, label in _GROUPINGS.items():
        for measure in MEASURES:
            chosen = (groups["grouping"] == grouping) & (groups["measure"] == measure)
            if chosen.any():
                table_id = f"{id}-{grouping}-{measure}"
                table = _group_table(
                    groups[chosen], measure, id=table_id, caption=heading_of(measure)
                )
                tables.setdefault(label, []).append(table)
    return tables


def paired_table(paired: pd.DataFrame, *, id: str, caption: str) -> Table:
    """Differences to BPGAN with a column for each measure."""
    counts = paired.groupby("measure")["n"].max()
    measures = [measure for measure in MEASURES if measure in counts]
    columns = [Cell(heading_of(key), f"{counts[key]} utterances") for key in measures]
    rows = _rows(paired, "measure", measures, _difference_cell)
    return Table(id, caption, [ColumnGroup("", columns)], rows)


def _group_table(groups: pd.DataFrame, measure: str, *, id: str, caption: str) -> Table:
    def cell(record: Record) -> Cell:
        return estimate_cell(measure, record["mean"], record["low"], record["high"])

    counts = groups.groupby("group")["n"].max()
    columns = [Cell(str(group), f"{n} utterances") for group, n in counts.items()]
    rows = _rows(groups, "group", list(counts.index), cell)
    return Table(id, caption, [ColumnGroup("", columns)], rows)


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


def _difference_cell(record: Record) -> Cell:
    measure, low, high = record["measure"], record["low"], record["high"]
    mark: Mark = ""
    if low > 0 or high < 0:
        mark = "better" if (low > 0) == MEASURES[measure].higher_is_better else "worse"
    return estimate_cell(measure, record["difference"], low, high, signed=True, mark=mark)
