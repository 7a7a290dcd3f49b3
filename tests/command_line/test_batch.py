"""Many files: each on its own, several at once, and what is said of them."""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from gan_audio_compression.compute.processors import usable_processors


def test_a_bad_file_among_many_fails_alone(tool: Any, write_speech: Any, files_below: Any) -> None:
    write_speech("in/a.wav")
    write_speech("in/deep/stereo.wav", channels=2)
    Path("in/bad.wav").write_text("hello")
    done = tool("encode", "in", "-o", "out")
    assert done.code == 1
    assert files_below("out") == ["a.gac", "deep/stereo.gac"]
    bad, note, summary = done.err.splitlines()
    assert bad.startswith("gan-audio-compression: in/bad.wav: This is not readable audio")
    assert note == ("gan-audio-compression: in/deep/stereo.wav: 2 channels were mixed down to one.")
    assert summary.startswith("gan-audio-compression: 2 files encoded, 1 failed, 1.00 s of audio, ")


@pytest.mark.parametrize(("before", "threads"), [(True, "1"), (False, "2")])
def test_all_files_are_named_on_demand(
    tool: Any, write_speech: Any, before: bool, threads: str
) -> None:
    for name in "ab":
        write_speech(f"in/{name}.wav")
    Path("in/notes.txt").write_text("hello")
    Path("in/._a.wav").write_text("hidden")
    options = ("in", "-o", "out", "--threads", threads)
    done = tool("-v", "encode", *options) if before else tool("encode", *options, "-v")
    assert done.code == 0
    left, *files, summary = done.err.splitlines()
    assert left == (
        "gan-audio-compression: in/notes.txt: left alone; encode takes no such file from a folder."
    )
    assert [line.partition(" has ")[0] for line in files] == [
        f"gan-audio-compression: in/{name}.wav: out/{name}.gac" for name in "ab"
    ]
    assert ": 2 files encoded, 1 file left alone (-v names them), 1.00 s of audio, " in summary


def test_files_that_were_left_alone_are_counted_without_names(tool: Any, write_speech: Any) -> None:
    write_speech("in/a.wav")
    for name in ("notes.txt", "talk.m4a"):
        Path("in", name).touch()
    assert tool("encode", "in", "-o", "named", "-v").err.count("\n") == 4
    done = tool("encode", "in", "-o", "out")
    assert done.err.startswith("gan-audio-compression: 1 file encoded, 2 files left alone (-v ")
    assert done.err.count("\n") == 1


def test_what_is_lost_in_part_is_counted_and_kept(
    tool: Any, write_speech: Any, files_below: Any
) -> None:
    for name in "abc":
        path = write_speech(f"in/{name}.wav")
        if name != "a":
            path.write_bytes(path.read_bytes()[:-8000])
    for threads in ("1", "2"):
        done = tool("encode", "in", "-o", threads, "--threads", threads)
        assert done.code == 1
        summary = done.err.splitlines()[-1]
        says = "3 files encoded, 2 only in part, 1.00 s of audio, "
        assert summary.startswith(f"gan-audio-compression: {says}")
        assert files_below(threads) == ["a.gac", "b.gac", "c.gac"]


def test_processes_give_the_same_bytes_in_the_same_words(
    tool: Any, write_speech: Any, files_below: Any
) -> None:
    for seed, name in enumerate("ab"):
        write_speech(f"in/{name}.wav", seed=seed)
    Path("in/bad.wav").write_text("hello")
    one = tool("encode", "in", "-o", "one", "--effort", "1")
    two = tool("encode", "in", "-o", "two", "--effort", "1", "--threads", "2")
    assert one.code == two.code == 1
    assert one.err.splitlines()[0] == two.err.splitlines()[0]
    assert files_below("one") == files_below("two") == ["a.gac", "b.gac"]
    for name in files_below("one"):
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes()


@pytest.mark.skipif(usable_processors() < 2, reason="one processor starts no other process")
def test_a_temporary_folder_of_a_long_name_keeps_nothing_from_being_done(
    start: Any, write_speech: Any, files_below: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        write_speech(f"in/{name}.wav")
    folder = Path("x" * 80).absolute()
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    process = start("encode", "in", "-o", "out", "--threads", "2")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert files_below("out") == ["a.gac", "b.gac"]
    warning, summary = err.decode().splitlines()
    assert warning.startswith("gan-audio-compression: No worker process can be started (OSError: ")
    assert summary.startswith("gan-audio-compression: 2 files encoded, ")


def test_a_codec_that_cannot_be_opened_is_told_once(
    tool: Any, write_speech: Any, files_below: Any
) -> None:
    for name in "abc":
        write_speech(f"in/{name}.wav")
    Path("bad.safetensors").write_text("hello")
    done = tool("encode", "in", "-o", "out", "--model", "bad.safetensors")
    assert done.code == 1
    assert done.err.startswith("gan-audio-compression: bad.safetensors: ")
    assert done.err.count("\n") == 1
    assert files_below("out") == []


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs the signals of a terminal")
@pytest.mark.parametrize(
    ("signum", "threads"),
    [
        (signal.SIGINT, "1"),
        (signal.SIGINT, "2"),
        (signal.SIGTERM, "1"),
        (signal.SIGHUP, "1"),
    ],
)
def test_a_signal_leaves_nothing_half_done(
    start: Any, write_speech: Any, files_below: Any, signum: int, threads: str
) -> None:
    for name in "ab":
        write_speech(f"in/{name}.wav", seconds=120)
    process = start("encode", "in", "-o", "out", "--effort", "1", "--threads", threads)
    wait_for_first_chunk(process)
    os.killpg(process.pid, signum)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 128 + signum
    assert err.strip() == b""
    assert files_below("out") == []


def wait_for_first_chunk(process: subprocess.Popen[bytes]) -> None:
    while not any(path.stat().st_size for path in Path("out").glob(".*.part")):
        assert process.poll() is None
        time.sleep(0.02)


def test_a_signal_that_is_ignored_stays_ignored(start: Any, write_speech: Any) -> None:
    write_speech("in/a.wav", seconds=30)
    process = start(
        *("encode", "in", "-o", "out"),
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    wait_for_first_chunk(process)
    process.send_signal(signal.SIGHUP)
    assert process.wait(30) == 0
    assert Path("out/a.gac").exists()
