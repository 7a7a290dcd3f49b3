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
        records: what an earlier log of the same loop would say, by id.
        table: the closed log.
    """

    partitions: tuple[dict[str, Any], ...]
    records: dict[str, dict[str, Any]]
    table: pd.DataFrame


def collect(saved: Iterable[tuple[Any, ...]]) -> Loop:
    *yields, (*rest, table) = saved
    partitions: tuple[dict[str, Any], ...] = tuple({} for _ in rest)
    records = {}
    for *values, record in yields:
        records[record["id"]] = record
        for partition, value in zip(partitions, values, strict=True):
            partition |= value
    assert all(value == {} for value in rest), "the table comes without partitions"
    return Loop(partitions, records, table)
