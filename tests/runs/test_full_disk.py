"""A run whose storage is full: what is told, and what is done again."""

import subprocess
import sys
from pathlib import Path

import pytest

Environment = dict[str, str]


@pytest.mark.skipif(
    subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0,
    reason="no file system may be mounted here",
)
def test_a_disk_that_is_full_ends_the_run_and_with_room_it_goes_on(
    corpus: Path, recordings: int, tmp_path: Path, whole: Path, environment: Environment
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    kedro = f"{sys.executable} -m kedro run --pipelines data_preparation"
    steps = f"""
        mount -t tmpfs -o size=1500k tmpfs {disk}
        {kedro} --params corpus.path={corpus} > {tmp_path}/full.txt 2>&1
        echo $? $(ls {disk}/03_primary/speech | wc -l)
        mount -o remount,size=100m {disk}
        touch {tmp_path}/now
        {kedro} --params corpus.path={corpus} > {tmp_path}/room.txt 2>&1
        echo $? $(ls {disk}/03_primary/speech | wc -l)
        find {disk}/03_primary/speech -type f -newer {tmp_path}/now | sort > {tmp_path}/after.txt
        """
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", steps],
        cwd=whole,
        env=environment | {"GAC_DATA": str(disk)},
        capture_output=True,
        text=True,
    )
    full, room = ((tmp_path / name).read_text() for name in ("full.txt", "room.txt"))
    (code, saved), (code_with_room, saved_with_room) = (
        map(int, line.split()) for line in done.stdout.splitlines()
    )
    assert code == 1 and 0 < saved < recordings, full
    assert "Error: The storage takes no more" in full.splitlines()[-1], full
    assert (code_with_room, saved_with_room) == (0, recordings), room
    written = (tmp_path / "after.txt").read_text().split()
    assert len(written) < recordings
