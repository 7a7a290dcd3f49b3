"""The log of a loop over utterances, from which a killed run goes on.

While the loop runs, its records are in files below `<filepath>.parts`; at its end the table of all
records becomes `<filepath>`, a Parquet file, and the parts are deleted. Parts that are there say
that the table is not up to date.
"""

import io
import json
import math
import weakref
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from kedro.io import AbstractDataset
from kedro_datasets._typing import TablePreview

from gan_audio_compression.datasets.files import DatasetFileError, open_filesystem, write_whole
from gan_audio_compression.datasets.log_parts import LogParts, Record

_PREVIEWED_ROWS = 40


class WorkLogDataset(AbstractDataset[list[Record] | pd.DataFrame, pd.DataFrame]):
    """Takes lots of records, one for each utterance, then the table of all; gives the table.

    A generator node saves a lot by `yield partition, records` and at its end the table by
    `yield {}, frame`.
    """

    def __init__(
        self,
        filepath: str,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """
        Args:
            filepath: Path or fsspec URL of the Parquet file.
            credentials: Arguments of the filesystem from `credentials.yml`.
            fs_args: Other arguments of the filesystem.
            metadata: Kept for plugins such as Kedro-Viz.
        """
        self._fs, _, self._path = open_filesystem(filepath, credentials, fs_args)
        self._parts = LogParts(self._fs, self._path)
        # After a run that ends with an error, or by Ctrl-C, others may write.
        weakref.finalize(self, self._parts.leave)
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """The finished table.

        Raises:
            DatasetFileError: If there is no table, or the loop has begun again and not ended.
        """
        if not self._exists():
            raise DatasetFileError(
                f"{self._path} is not complete: run the pipeline that makes it to its end."
            )
        return pd.read_parquet(io.BytesIO(self._fs.cat_file(self._path)))

    def save(self, data: list[Record] | pd.DataFrame) -> None:
        """Add records, or close the log with the table of all.

        Raises:
            DatasetFileError: If a value of the record is neither JSON nor a NumPy scalar, or
                another run writes the same log.
        """
        if isinstance(data, pd.DataFrame):
            self._close(data)
        else:
            self._add(data)

    def preview(self) -> TablePreview:
        """The first rows of the table, for Kedro-Viz."""
        rows = self.load().head(_PREVIEWED_ROWS)
        return TablePreview(json.loads(rows.to_json(orient="split")))

    def _add(self, records: list[Record]) -> None:
        try:
            lines = [json.dumps(record, default=_python_scalar) for record in records]
        except TypeError as error:
            raise DatasetFileError(
                f"A record cannot be added to {self._path} because {error}: "
                "give numbers, text, lists or None."
            ) from error
        self._parts.add(lines)

    def _close(self, table: pd.DataFrame) -> None:
        buffer = io.BytesIO()
        table.to_parquet(buffer, index=False)
        write_whole(self._fs, self._path, buffer.getvalue())
        self._parts.delete()

    def _exists(self) -> bool:
        return bool(self._fs.exists(self._path)) and not self._parts.exist()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._path}


class WorkLogSoFarDataset(AbstractDataset[NoReturn, dict[str, Record]]):
    """The records that a work log holds by now, finished or not: what need not be done again."""

    def __init__(
        self,
        filepath: str,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """
        Args:
            filepath: The `filepath` of the work log.
            credentials: Arguments of the filesystem from `credentials.yml`.
            fs_args: Other arguments of the filesystem.
            metadata: Kept for plugins such as Kedro-Viz.
        """
        self._fs, _, self._path = open_filesystem(filepath, credentials, fs_args)
        self._parts = LogParts(self._fs, self._path)
        self.metadata = metadata

    def load(self) -> dict[str, Record]:
        """Records by id, missing values as None; empty if there is no log.

        The table comes first and the parts after it, so that the newest record of an id counts.

        Raises:
            DatasetFileError: If another run is writing the log: it would do the same again.
        """
        self._parts.require_unclaimed()
        records = [*self._table(), *map(_with_none, self._parts.records())]
        return {str(record["id"]): record for record in records}

    def save(self, data: NoReturn) -> NoReturn:
        """Refused: records are saved to the work log.

        Raises:
            DatasetFileError: Always.
        """
        raise DatasetFileError(
            f"The view of {self._path} is read only: save to the work log of the same file."
        )

    def _table(self) -> list[Record]:
        if not self._fs.exists(self._path):
            return []
        rows: list[Record] = pq.read_table(io.BytesIO(self._fs.cat_file(self._path))).to_pylist()
        return [_with_none(row) for row in rows]

    def _exists(self) -> bool:
        # Nothing done yet is a state of its own, not something that is missing.
        return True

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._path}


def _with_none(record: Record) -> Record:
    return {name: None if _is_nan(value) else value for name, value in record.items()}


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _python_scalar(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    if value is pd.NA or value is pd.NaT:
        return None
    raise TypeError(f"it has a value of type {type(value).__name__}")
