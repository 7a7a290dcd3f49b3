"""Runs on a cluster where things go wrong: what is lost, what is done again, what is told."""

import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.dask_cluster import Cluster, dask_cluster

Environment = dict[str, str]
MakeProject = Callable[[Path], Path]
KedroRun = Callable[..., subprocess.CompletedProcess[str]]

WORKERS, RECORDINGS, POISONED = 3, 12, 2
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


def started(project: Path, corpus: Path, address: str, environment: Environment) -> "Running":
    where = f"compute.engine=cluster,compute.engines.cluster.address={address}"
    command = [sys.executable, "-m", "kedro", "run", "--pipelines", "data_preparation"]
    command += ["--params", f"corpus.path={corpus},{where}"]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=project, env=environment, stdout=pipe, stderr=subprocess.STDOUT, text=True
    )


Running = subprocess.Popen[str]


def wait_for(path: Path, run: Running) -> None:
    end = time.monotonic() + 120
    while not path.exists():
        assert run.poll() is None, run.communicate()[0]
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_killed_worker_a_poisoned_recording_and_two_runs_at_once(
    cluster: Cluster,
    poisoned: Path,
    tmp_path: Path,
    make_project: MakeProject,
    environment: Environment,
) -> None:
    project = make_project(tmp_path / "project")
    (project / "conf/test/parameters_data_preparation.yml").write_text(
        "corpus: {most_held_out: null}"
    )
    cluster.worker_processes(WORKERS)
    first = started(project, poisoned, cluster.address, environment)
    wait_for(project / f"{MANIFEST}.parts" / "claim.json", first)
    second = started(project, poisoned, cluster.address, environment)
    os.kill(cluster.worker_processes(1)[0], signal.SIGKILL)
    told, said = second.communicate(timeout=300)[0], first.communicate(timeout=300)[0]
    assert first.returncode == 0, said
    assert second.returncode == 1 and "is being written by another run" in told, told
    manifest = pd.read_parquet(project / MANIFEST).set_index("id")
    failed = manifest["error"].dropna()
    assert (len(manifest), len(failed)) == (RECORDINGS + POISONED, POISONED)
    assert failed.index.str.contains("sx99").all()
    assert failed.str.contains("A worker ended twice").all()
    files = {file: file.stat().st_mtime_ns for file in (project / SPEECH).iterdir()}
    assert len(files) == RECORDINGS and {file.suffix for file in files} == {".wav"}

    for recording in poisoned.rglob("SX99*.WAV"):
        recording.unlink()
    third = started(project, poisoned, cluster.address, environment)
    said = third.communicate(timeout=300)[0]
    assert third.returncode == 0, said
    again = pd.read_parquet(project / MANIFEST).set_index("id")
    pd.testing.assert_frame_equal(again, manifest.drop(index=failed.index), check_dtype=False)
    assert {file: file.stat().st_mtime_ns for file in (project / SPEECH).iterdir()} == files


@pytest.mark.skipif(
    subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0,
    reason="no file system may be mounted here",
)
def test_a_disk_that_is_full_ends_the_run_and_with_room_it_goes_on(
    corpus: Path, tmp_path: Path, make_project: MakeProject, environment: Environment
) -> None:
    project, disk = make_project(tmp_path / "project"), tmp_path / "disk"
    every = "corpus: {most_held_out: null}"
    (project / "conf/test/parameters_data_preparation.yml").write_text(every)
    disk.mkdir()
    kedro = f"{sys.executable} -m kedro run --pipelines data_preparation"
    steps = f"""
        mount -t tmpfs -o size=1500k tmpfs {disk}
        {kedro} --params corpus.path={corpus} > {tmp_path}/full.txt 2>&1
        echo $? $(ls {disk}/03_primary/speech | wc -l)
        mount -o remount,size=100m {disk}
        find {disk}/03_primary/speech -type f > {tmp_path}/before.txt
        touch {tmp_path}/now
        {kedro} --params corpus.path={corpus} > {tmp_path}/room.txt 2>&1
        echo $? $(ls {disk}/03_primary/speech | wc -l)
        find {disk}/03_primary/speech -type f -newer {tmp_path}/now | sort > {tmp_path}/after.txt
        """
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", steps],
        cwd=project,
        env=environment | {"GAC_DATA": str(disk)},
        capture_output=True,
        text=True,
    )
    full, room = ((tmp_path / name).read_text() for name in ("full.txt", "room.txt"))
    (code, saved), (code_with_room, saved_with_room) = (
        map(int, line.split()) for line in done.stdout.splitlines()
    )
    assert code == 1 and 0 < saved < RECORDINGS, full
    assert "Error: The storage takes no more" in full.splitlines()[-1], full
    assert (code_with_room, saved_with_room) == (0, RECORDINGS), room
    written = (tmp_path / "after.txt").read_text().split()
    assert len(written) < RECORDINGS
