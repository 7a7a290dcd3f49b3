"""A loop over utterances that is killed and goes on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro.io import AbstractDataset, DataCatalog
from kedro.pipeline import Node, Pipeline
from kedro.runner import SequentialRunner
from kedro_datasets.partitions import PartitionedDataset

from gan_audio_compression.datasets.bitstream import BitstreamDataset
from gan_audio_compression.datasets.files import DatasetFileError
from gan_audio_compression.datasets.work_log import WorkLogDataset, WorkLogSoFarDataset


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "search.parquet"


@pytest.fixture
def log(path: Path) -> WorkLogDataset:
    return WorkLogDataset(str(path))


@pytest.fixture
def so_far(path: Path) -> WorkLogSoFarDataset:
    return WorkLogSoFarDataset(str(path))


def parts(path: Path) -> Path:
    return path.with_name(path.name + ".parts")


def test_nothing_yet(log: WorkLogDataset, so_far: WorkLogSoFarDataset) -> None:
    assert not log.exists()
    assert so_far.exists()
    assert so_far.load() == {}
    with pytest.raises(DatasetFileError, match="not complete: run the pipeline"):
        log.load()


def test_records_are_there_at_once_but_the_log_is_not(
    log: WorkLogDataset, so_far: WorkLogSoFarDataset
) -> None:
    log.save([{"id": "a", "bits": 7}, {"id": "b", "bits": 8}])
    assert so_far.load() == {"a": {"id": "a", "bits": 7}, "b": {"id": "b", "bits": 8}}
    assert not log.exists()


def test_the_table_closes_the_log(
    log: WorkLogDataset, so_far: WorkLogSoFarDataset, path: Path
) -> None:
    log.save([{"id": "a", "bits": 7}])
    table = pd.DataFrame([{"id": "a", "bits": 7}])
    log.save(table)
    assert log.exists()
    pd.testing.assert_frame_equal(log.load(), table)
    assert so_far.load() == {"a": {"id": "a", "bits": 7}}
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_new_record_opens_a_closed_log_and_overrides(
    log: WorkLogDataset, so_far: WorkLogSoFarDataset
) -> None:
    log.save(pd.DataFrame([{"id": "a", "bits": 7}, {"id": "b", "bits": 8}]))
    log.save([{"id": "a", "bits": 9}])
    assert not log.exists()
    assert {uid: record["bits"] for uid, record in so_far.load().items()} == {"a": 9, "b": 8}


def test_an_empty_table_is_a_finished_log(log: WorkLogDataset, so_far: WorkLogSoFarDataset) -> None:
    log.save(pd.DataFrame({"id": pd.Series([], dtype="str")}))
    assert log.exists()
    assert so_far.load() == {}


def test_missing_values_are_none_in_both_states(
    log: WorkLogDataset, so_far: WorkLogSoFarDataset
) -> None:
    records: list[dict[str, Any]] = [
        {"id": "a", "pesq": float("nan"), "error": None, "levels": [1, 2]},
        {"id": "b", "pesq": 2.5, "error": "too short", "levels": [3]},
        {"id": "c", "pesq": np.float32("nan"), "error": pd.NA, "levels": []},
    ]
    expected = [
        {"id": "a", "pesq": None, "error": None, "levels": [1, 2]},
        {"id": "b", "pesq": 2.5, "error": "too short", "levels": [3]},
        {"id": "c", "pesq": None, "error": None, "levels": []},
    ]
    log.save(records)
    assert list(so_far.load().values()) == expected
    log.save(pd.DataFrame(records).astype({"pesq": "float64"}))
    assert list(so_far.load().values()) == expected


def test_numpy_scalars_are_plain_numbers(log: WorkLogDataset, so_far: WorkLogSoFarDataset) -> None:
    log.save([{"id": "a", "bits": np.int64(7), "bpp": np.float32(0.5), "done": np.bool_(True)}])
    assert so_far.load()["a"] == {"id": "a", "bits": 7, "bpp": 0.5, "done": True}


def test_a_value_that_cannot_be_logged_is_told(log: WorkLogDataset, path: Path) -> None:
    with pytest.raises(DatasetFileError, match="type ndarray"):
        log.save([{"id": "a", "wave": np.zeros(3)}])
    assert not parts(path).exists()


def test_the_view_is_read_only(so_far: WorkLogSoFarDataset) -> None:
    with pytest.raises(DatasetFileError, match="read only"):
        so_far.save({})  # type: ignore[arg-type]


def test_preview_is_a_table(log: WorkLogDataset) -> None:
    log.save(pd.DataFrame([{"id": "a", "bits": 7}]))
    assert log.preview()["columns"] == ["id", "bits"]
    assert log.preview()["data"] == [["a", 7]]


class Loop:
    """A generator node over four utterances that can be made to crash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.computed: list[str] = []
        self.crash_at: str | None = None

    def __call__(self, only_missing_outputs: bool = False) -> DataCatalog:
        def compress(ids: list[str], done: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
            records = dict(done)
            for uid in ids:
                if uid in done:
                    continue
                if uid == self.crash_at:
                    raise RuntimeError("killed")
                self.computed.append(uid)
                records[uid] = {"id": uid, "bytes": len(uid)}
                yield {uid: uid.encode()}, [records[uid]]
            yield {}, pd.DataFrame([records[uid] for uid in ids])

        node = Node(compress, ["ids", "log_so_far"], ["bitstreams", "log"], name="compress")
        catalog = self.catalog()
        catalog["ids"] = ["a", "bb", "speaker/ccc", "dddd"]
        SequentialRunner().run(Pipeline([node]), catalog, only_missing_outputs=only_missing_outputs)
        return catalog

    def catalog(self) -> DataCatalog:
        log = str(self.folder / "log.parquet")
        datasets: dict[str, AbstractDataset[Any, Any]] = {
            "bitstreams": PartitionedDataset(
                path=str(self.folder / "bitstreams"),
                dataset=BitstreamDataset,
                filename_suffix=".gac",
            ),
            "log": WorkLogDataset(log),
            "log_so_far": WorkLogSoFarDataset(log),
        }
        return DataCatalog(datasets)


def test_a_pipeline_that_crashes_goes_on_where_it_was(tmp_path: Path) -> None:
    loop = Loop(tmp_path)
    loop.crash_at = "speaker/ccc"
    with pytest.raises(RuntimeError, match="killed"):
        loop()
    catalog = loop.catalog()
    assert sorted(catalog.load("bitstreams")) == ["a", "bb"]
    assert list(catalog.load("log_so_far")) == ["a", "bb"]
    assert not catalog.exists("log")
    assert (tmp_path / "log.parquet.parts").exists()

    loop.crash_at, loop.computed = None, []
    catalog = loop(only_missing_outputs=True)
    assert loop.computed == ["speaker/ccc", "dddd"]
    assert list(catalog.load("log")["bytes"]) == [1, 2, 11, 4]
    bitstreams = catalog.load("bitstreams")
    assert {uid: load() for uid, load in bitstreams.items()} == {
        uid: uid.encode() for uid in ["a", "bb", "speaker/ccc", "dddd"]
    }

    loop.crash_at = "a"
    loop(only_missing_outputs=True)
    assert loop.computed == ["speaker/ccc", "dddd"]


def test_an_utterance_is_on_disk_before_the_next_is_begun(tmp_path: Path) -> None:
    seen = []

    def work() -> Iterator[tuple[dict[str, bytes], list[dict[str, str]]]]:
        for uid in ["a", "b", "c"]:
            seen.append([file.stem for file in sorted(tmp_path.rglob("*.gac"))])
            yield {uid: b""}, [{"id": uid}]

    pipeline = Pipeline([Node(work, None, ["bitstreams", "log"], name="work")])
    SequentialRunner().run(pipeline, Loop(tmp_path).catalog())
    assert seen == [[], ["a"], ["a", "b"]]
