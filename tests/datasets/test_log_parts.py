"""Records of a loop in immutable files: none is lost at an end, and only one run writes."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import fsspec
import pytest

from gan_audio_compression.datasets.files import DatasetFileError
from gan_audio_compression.datasets.log_parts import LogParts
from gan_audio_compression.datasets.work_log import WorkLogDataset, WorkLogSoFarDataset


@pytest.fixture
def fs() -> Any:
    return fsspec.filesystem("file")


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "log.parquet")


def files(path: str) -> list[str]:
    return sorted(file.name for file in Path(f"{path}.parts").iterdir())


def claimed(path: str, **changes: Any) -> None:
    """Let another run have begun."""
    claim = {"run": "other", "host": socket.gethostname(), "process": os.getppid()}
    there = claim | {"since": "2026-01-01T00.00.00", "seen": time.time()} | changes
    Path(f"{path}.parts").mkdir()
    Path(f"{path}.parts/claim.json").write_text(json.dumps(there))


def test_each_lot_is_a_file_that_never_changes(fs: Any, path: str) -> None:
    parts = LogParts(fs, path)
    contents: dict[str, str] = {}
    for number in range(12):
        parts.add([json.dumps({"id": f"{number}{letter}"}) for letter in "ab"])
        for name in files(path):
            text = Path(f"{path}.parts/{name}").read_text()
            assert contents.setdefault(name, text) == text
    parts.leave()
    assert "claim.json" in contents and "claim.json" not in files(path)
    assert len(files(path)) == 12
    assert [record["id"] for record in parts.records()] == [
        f"{n}{x}" for n in range(12) for x in "ab"
    ]


def test_a_run_says_now_and_then_that_it_lives(
    fs: Any, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gan_audio_compression.datasets.log_parts._SAYING_SECONDS", 0.0)
    parts = LogParts(fs, path)
    seen = []
    for _ in range(2):
        parts.add(["{}"])
        seen.append(json.loads(Path(f"{path}.parts/claim.json").read_text())["seen"])
    assert seen[0] < seen[1]


def test_an_error_or_ctrl_c_loses_no_record(tmp_path: Path) -> None:
    path = str(tmp_path / "log.parquet")
    program = (
        "from gan_audio_compression.datasets.work_log import WorkLogDataset\n"
        f"log = WorkLogDataset({path!r})\n"
        "for number in range(3): log.save([{'id': str(number)}])\n"
        "raise KeyboardInterrupt"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode != 0
    assert sorted(WorkLogSoFarDataset(path).load()) == ["0", "1", "2"]
    log = WorkLogDataset(path)
    log.save([{"id": "3"}])
    del log
    assert sorted(WorkLogSoFarDataset(path).load()) == ["0", "1", "2", "3"]


def test_a_second_run_is_told_who_writes(path: str) -> None:
    claimed(path)
    sentence = (
        rf"log\.parquet is being written by another run \(process {os.getppid()} on"
        r" .*, since 2026-01-01T00\.00\.00 UTC\): wait until it ends, or stop it\."
    )
    with pytest.raises(DatasetFileError, match=sentence):
        WorkLogSoFarDataset(path).load()
    with pytest.raises(DatasetFileError, match=sentence):
        WorkLogDataset(path).save([{"id": "a"}])
    assert files(path) == ["claim.json"]


@pytest.mark.parametrize(
    "changes",
    [
        {"process": 2**22 + 1},
        {"process": os.getpid()},
        {"host": "elsewhere", "seen": time.time() - 3600},
    ],
)
def test_the_claim_of_a_dead_run_is_taken_over(path: str, changes: dict[str, Any]) -> None:
    claimed(path, **changes)
    assert WorkLogSoFarDataset(path).load() == {}
    log = WorkLogDataset(path)
    log.save([{"id": "a"}])
    assert json.loads(Path(f"{path}.parts/claim.json").read_text())["process"] == os.getpid()


def test_a_run_on_another_machine_that_was_heard_of_lately_lives(path: str) -> None:
    claimed(path, host="elsewhere")
    with pytest.raises(DatasetFileError, match="on elsewhere"):
        WorkLogSoFarDataset(path).load()


def test_in_a_store_that_cannot_append_too() -> None:
    path = "memory://bucket/logs/log.parquet"
    log = WorkLogDataset(path)
    for id in "abc":
        log.save([{"id": id}])
    log._parts.leave()
    log.save([{"id": "d"}])
    log._parts.leave()
    assert sorted(WorkLogSoFarDataset(path).load()) == ["a", "b", "c", "d"]
