"""Runs on a cluster where things go wrong: what is lost, what is done again, what is told."""

import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.dask_cluster import Cluster, dask_cluster

Environment = dict[str, str]
Running = subprocess.Popen[str]

WORKERS, POISONED = 3, 2
MANIFEST = Path("data/test/02_intermediate/utterance_manifest.parquet")
SPEECH = Path("data/test/03_primary/speech")


@pytest.fixture
def cluster(environment: Environment) -> Iterator[Cluster]:
    options = ["--nworkers", str(WORKERS), "--memory-limit", "900MB"]
    once = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with dask_cluster(*options, variables=environment | once) as made:
        yield made


@pytest.fixture
def poisoned(corpus: Path, tmp_path: Path) -> Path:
    """The corpus with recordings of an hour, each of which takes more memory than a worker has."""
    copy = tmp_path / "corpus"
    for recording in corpus.rglob("*.WAV"):
        link = copy / recording.relative_to(corpus)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(recording)
    for number in range(POISONED):
        name = f"TRAIN/DR2/FUSA0/SX{990 + number}.WAV"
        with wave.open(str(copy / name), "wb") as endless:
            endless.setnchannels(1)
            endless.setsampwidth(2)
            endless.setframerate(16_000)
            for _ in range(60):
                endless.writeframesraw(bytes(2 * 16_000 * 60))
    return copy


def started(project: Path, corpus: Path, address: str, environment: Environment) -> Running:
    """Begin to prepare the corpus on the cluster."""
    where = f"compute.engine=cluster,compute.engines.cluster.address={address}"
    command = [sys.executable, "-m", "kedro", "run", "--pipelines", "data_preparation"]
    command += ["--params", f"corpus.path={corpus},{where}"]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=project, env=environment, stdout=pipe, stderr=subprocess.STDOUT, text=True
    )


def wait_for(path: Path, run: Running) -> None:
    end = time.monotonic() + 120
    while not path.exists():
        assert run.poll() is None, run.communicate()[0]
        assert time.monotonic() < end
        time.sleep(0.05)


def ended(run: Running) -> tuple[int, str]:
    """Return the exit status of a run and what it said."""
    said = run.communicate(timeout=300)[0]
    return run.returncode, said


def modified(project: Path) -> dict[Path, int]:
    return {file: file.stat().st_mtime_ns for file in (project / SPEECH).iterdir()}


def test_a_killed_worker_a_poisoned_recording_and_two_runs_at_once(
    cluster: Cluster,
    poisoned: Path,
    recordings: int,
    whole: Path,
    environment: Environment,
) -> None:
    how = (whole, poisoned, cluster.address, environment)
    killed = cluster.worker_processes(WORKERS)[0]
    first = started(*how)
    wait_for(whole / f"{MANIFEST}.parts" / "claim.json", first)
    os.kill(killed, signal.SIGKILL)
    # It is still there when the second comes to where it would write.
    first.send_signal(signal.SIGSTOP)
    code, said = ended(started(*how))
    first.send_signal(signal.SIGCONT)
    assert code == 1 and "is being written by another run" in said, said
    code, said = ended(first)
    assert code == 0, said
    manifest = pd.read_parquet(whole / MANIFEST).set_index("id")
    failed = manifest["error"].dropna()
    assert (len(manifest), len(failed)) == (recordings + POISONED, POISONED)
    assert failed.index.str.contains("sx99").all()
    assert failed.str.contains("A worker ended twice").all()
    files = modified(whole)
    assert len(files) == recordings and {file.suffix for file in files} == {".wav"}

    for recording in poisoned.rglob("SX99*.WAV"):
        recording.unlink()
    code, said = ended(started(*how))
    assert code == 0, said
    again = pd.read_parquet(whole / MANIFEST).set_index("id")
    done = manifest.drop(index=failed.index)
    assert again.pop("error").isna().all() and done.pop("error").isna().all()
    pd.testing.assert_frame_equal(again, done, check_dtype=False)
    assert modified(whole) == files
