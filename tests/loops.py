"""A generator node of a pipeline, run to its end."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Loop:
    """What a generator node saved.

    Attributes:
        partitions: for each partitioned output, what was saved by id.
        records: what the log says afterwards, by id.
        table: the closed log.
    """

    partitions: tuple[dict[str, Any], ...]
    records: dict[str, dict[str, Any]]
    table: pd.DataFrame


def collect(saved: Iterable[tuple[Any, ...]]) -> Loop:
    *yields, (*rest, table) = saved
    partitions: tuple[dict[str, Any], ...] = tuple({} for _ in rest)
    recorded: dict[str, dict[str, Any]] = {}
    for *values, lot in yields:
        recorded |= {record["id"]: record for record in lot}
        for partition, value in zip(partitions, values, strict=True):
            partition |= value
    assert all(value == {} for value in rest), "the table comes without partitions"
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    in_table = {str(row["id"]): row for row in rows}
    return Loop(partitions, in_table | recorded, table)
