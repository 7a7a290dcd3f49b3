"""Files appear whole or not at all, replace nothing unasked, and errors are one sentence."""

import errno
import fcntl
import os
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gan_audio_compression.audio.errors import (
    InputError,
    InputIsFolderError,
    InputMissingError,
    InputPermissionError,
    OutputError,
    OutputExistsError,
    OutputWriteError,
)
from gan_audio_compression.audio.files import input_file, output_file, replacing

DATA = b"some bytes"
as_root = os.geteuid() == 0


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def without_links(*_: object) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


def test_file_takes_its_name_at_the_end_with_the_usual_permissions(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / "a.wav"
    with output_file(target, overwrite=False) as file:
        file.write(DATA)
        assert not target.exists()
    assert target.read_bytes() == DATA
    assert names(target.parent) == ["a.wav"]
    (tmp_path / "usual").touch()
    assert target.stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_file_can_be_sought(tmp_path: Path) -> None:
    with output_file(tmp_path / "a", overwrite=False) as file:
        file.write(b"xbcd")
        file.seek(0)
        file.write(b"a")
    assert (tmp_path / "a").read_bytes() == b"abcd"


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, FileExistsError])
@pytest.mark.parametrize("exists", [True, False])
def test_an_error_leaves_all_as_it_was(
    tmp_path: Path, error: type[BaseException], exists: bool
) -> None:
    target = tmp_path / "a.wav"
    if exists:
        target.write_bytes(b"old")
    before = names(tmp_path)
    with pytest.raises(error), output_file(target, overwrite=exists) as file:
        file.write(DATA)
        raise error
    assert names(tmp_path) == before
    assert not exists or target.read_bytes() == b"old"


def test_existing_file_is_replaced_only_when_asked(tmp_path: Path) -> None:
    target = tmp_path / "a.wav"
    target.write_bytes(b"old")
    worked = False
    with pytest.raises(OutputExistsError, match="--force"), output_file(target, overwrite=False):
        worked = True
    assert not worked
    assert target.read_bytes() == b"old"
    with output_file(target, overwrite=True) as file:
        file.write(DATA)
    assert target.read_bytes() == DATA


@pytest.mark.parametrize("links", [True, False])
def test_file_that_appears_meanwhile_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", without_links)
    target = tmp_path / "a.wav"
    with pytest.raises(OutputExistsError), output_file(target, overwrite=False) as file:
        file.write(DATA)
        target.write_bytes(b"the other's")
    assert target.read_bytes() == b"the other's"
    assert names(tmp_path) == ["a.wav"]


def test_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", without_links)
    with output_file(tmp_path / "a.wav", overwrite=False) as file:
        file.write(DATA)
    assert (tmp_path / "a.wav").read_bytes() == DATA
    assert names(tmp_path) == ["a.wav"]


def test_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    with output_file(tmp_path / "link", overwrite=True) as file:
        file.write(DATA)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == DATA


def test_name_as_long_as_the_system_takes(tmp_path: Path) -> None:
    target = tmp_path / ("a" * 255)
    with output_file(target, overwrite=False) as file:
        file.write(DATA)
    assert target.read_bytes() == DATA


def test_folder_is_no_output(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"), output_file(tmp_path, overwrite=True):
        pass


def test_devices_are_written_directly() -> None:
    with output_file(Path(os.devnull), overwrite=False) as file:
        file.write(DATA)
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_named_pipe_is_written_directly(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    received: list[bytes] = []
    thread = threading.Thread(target=lambda: received.append(fifo.read_bytes()))
    thread.start()
    with output_file(fifo, overwrite=False) as file:
        assert not file.seekable()
        file.write(DATA)
    thread.join(timeout=10)
    assert received == [DATA]
    assert stat.S_ISFIFO(fifo.stat().st_mode)


@pytest.mark.parametrize("name", ["a.txt/b.wav", "a.txt/c/b.wav"])
def test_file_in_the_place_of_a_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").touch()
    with (
        pytest.raises(OutputWriteError, match=r"b\.wav cannot be written"),
        output_file(tmp_path / name, overwrite=True),
    ):
        pass
    with pytest.raises(InputMissingError), input_file(tmp_path / name):
        pass


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_full_disk_is_told_with_the_path() -> None:
    with (
        pytest.raises(OutputWriteError, match=r"/dev/full cannot be written \(No space left"),
        output_file(Path("/dev/full"), overwrite=True) as file,
    ):
        file.write(DATA)


def test_refused_permission_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "replace", refuse)
    target = tmp_path / "a.wav"
    with (
        pytest.raises(OutputWriteError, match=r"a\.wav cannot be written \(Permission denied"),
        output_file(target, overwrite=True) as file,
    ):
        file.write(DATA)
    assert names(tmp_path) == []
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputPermissionError, match="may not be read"), input_file(target):
        pass


@pytest.mark.skipif(as_root, reason="permissions do not bind root")
def test_folder_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with (
        pytest.raises(OutputWriteError, match="Permission denied"),
        output_file(tmp_path / "a.wav", overwrite=False),
    ):
        pass


def test_input_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(DATA)
    with input_file(tmp_path / "a") as file:
        assert file.read() == DATA
    assert file.closed


def test_what_cannot_be_an_input(tmp_path: Path) -> None:
    for path, error in [(tmp_path / "no", InputMissingError), (tmp_path, InputIsFolderError)]:
        with pytest.raises(error, match=str(path)) as caught, input_file(path):
            pass
        assert isinstance(caught.value, InputError)


def test_errors_of_the_reader_stay_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(FileNotFoundError), input_file(tmp_path / "a"):
        raise FileNotFoundError


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_a_replaced_file_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    target = tmp_path / "a.wav"
    target.write_bytes(b"old")
    target.chmod(mode)
    with output_file(target, overwrite=True) as file:
        (aside,) = set(tmp_path.iterdir()) - {target}
        assert stat.S_IMODE(aside.stat().st_mode) == mode
        file.write(DATA)
    assert target.read_bytes() == DATA
    assert stat.S_IMODE(target.stat().st_mode) == mode


def test_new_folders_are_removed_after_an_error(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    with (
        pytest.raises(KeyboardInterrupt),
        output_file(tmp_path / "old" / "new" / "newer" / "a", overwrite=False) as file,
    ):
        file.write(DATA)
        raise KeyboardInterrupt
    assert names(tmp_path) == ["old"]
    assert names(tmp_path / "old") == []


def test_new_folders_that_others_use_stay(tmp_path: Path) -> None:
    new = tmp_path / "new"
    with pytest.raises(ValueError), output_file(new / "newer" / "a", overwrite=False):
        (new / "the other's").touch()
        raise ValueError
    assert names(new) == ["the other's"]


KILLED = """
import sys, pathlib, os, signal
from gan_audio_compression.audio.files import output_file
with output_file(pathlib.Path(sys.argv[1]), overwrite=True) as file:
    file.write(b"half")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("overwrite", [True, False])
def test_what_a_killed_program_left_is_removed(tmp_path: Path, overwrite: bool) -> None:
    target = tmp_path / "a.wav"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", KILLED, target], check=False)
        assert len(names(tmp_path)) == 1
    with output_file(target, overwrite=overwrite) as file:
        file.write(DATA)
    assert target.read_bytes() == DATA
    assert names(tmp_path) == ["a.wav"]


def test_two_may_write_to_the_same_file_at_once(tmp_path: Path) -> None:
    target = tmp_path / "a.wav"
    with output_file(target, overwrite=True) as first:
        first.write(b"one")
        with output_file(target, overwrite=True) as second:
            second.write(b"another")
        assert target.read_bytes() == b"another"
        with output_file(target, overwrite=True) as third:
            third.write(b"third")
    assert target.read_bytes() == b"one"
    assert names(tmp_path) == ["a.wav"]


def test_what_another_process_writes_is_not_taken_for_left_behind(tmp_path: Path) -> None:
    target = tmp_path / "a.wav"
    waiting = KILLED.replace("os.kill(os.getpid(), signal.SIGKILL)", "print(flush=True); input()")
    with subprocess.Popen(
        [sys.executable, "-c", waiting, target], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with output_file(target, overwrite=True) as file:
            file.write(DATA)
        assert target.read_bytes() == DATA
        process.communicate(b"go on\n", timeout=20)
    assert process.returncode == 0
    assert target.read_bytes() == b"half"
    assert names(tmp_path) == ["a.wav"]


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    """Those who make, remove and rename files of one name get in each other's way nowhere."""
    target = tmp_path / "a.wav"

    def write(number: int) -> None:
        with output_file(target, overwrite=True) as file:
            file.write(b"%d" % number * 1000)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(10, 99)))
    written = target.read_bytes()
    assert written in {b"%d" % number * 1000 for number in range(10, 99)}
    assert names(tmp_path) == ["a.wav"]


def test_without_locks_nothing_is_taken_for_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with output_file(tmp_path / "a", overwrite=True) as first:
        first.write(b"one")
        with output_file(tmp_path / "a", overwrite=True) as second:
            second.write(b"another")
    assert (tmp_path / "a").read_bytes() == b"one"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("name", ["a" * 256, "new/" + "a" * 256, "a" * 256 + "/b", "a/" * 3000])
def test_a_name_that_is_too_long(tmp_path: Path, name: str) -> None:
    with (
        pytest.raises(OutputWriteError, match=r"too long.*choose another place"),
        output_file(tmp_path / name, overwrite=True),
    ):
        pass
    assert names(tmp_path) == []
    with pytest.raises(InputError, match=r"too long|does not exist"), input_file(tmp_path / name):
        pass


@pytest.mark.parametrize(
    ("code", "full"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EROFS, False)]
)
def test_space_is_to_be_freed_only_where_it_is_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, full: bool
) -> None:
    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "replace", fail)
    with (
        pytest.raises(OutputWriteError, match="choose another place") as caught,
        output_file(tmp_path / "a", overwrite=True),
    ):
        pass
    assert ("free some space" in str(caught.value)) == full


def test_a_replacement_takes_the_name_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a.bin"
    for data in (b"old", DATA):
        with replacing(target) as aside:
            aside.write_bytes(data)
            assert names(target.parent) == sorted(["a.bin.part"] + ["a.bin"] * target.exists())
        assert target.read_bytes() == data
        assert names(target.parent) == ["a.bin"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_replacement_that_fails_leaves_the_old_file(
    tmp_path: Path, error: type[BaseException]
) -> None:
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")
    with pytest.raises(error), replacing(target) as aside:
        aside.write_bytes(DATA)
        raise error
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["a.bin"]


def test_what_a_killed_program_left_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.bin.part").write_bytes(b"left behind by another")
    with replacing(tmp_path / "a.bin") as aside:
        aside.write_bytes(DATA)
    assert (tmp_path / "a.bin").read_bytes() == DATA
    assert names(tmp_path) == ["a.bin"]
