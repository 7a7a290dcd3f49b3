"""Standard input and output, as pipes of real processes and as outputs that take no more."""

import io
import os
import select
import struct
import sys
import time
from pathlib import Path
from typing import Any

import pytest

WAV_HEADER = 44
FULL = Path("/dev/full")
DEVICE = Path("/dev/stdout")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="the system has no /dev/full")


def live_wav(samples: int) -> bytes:
    """A WAV of 16 kHz and unknown length, as a recorder sends it to a pipe."""
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 0xFFFF_FFFF, b"WAVE", b"fmt ", 16, 1, 1),
        *(16_000, 32_000, 2, 16, b"data", 0xFFFF_FFFF),
    )
    return header + b"\x00\x10" * samples


def read_until(file: Any, size: int, seconds: float) -> int:
    """Read at least `size` bytes while they come; return how many came in time."""
    read, end = 0, time.monotonic() + seconds
    while read < size and select.select([file], [], [], max(0.0, end - time.monotonic()))[0]:
        block = os.read(file.fileno(), 1 << 16)
        if not block:
            break
        read += len(block)
    return read


def test_audio_comes_out_before_the_input_ends(start: Any) -> None:
    sender = start("encode", "-")
    receiver = start("decode", "-", stdin=sender.stdout)
    sender.stdin.write(live_wav(5 * 16_000))
    sender.stdin.flush()
    heard = read_until(receiver.stdout, WAV_HEADER + 2 * 3 * 16_000, seconds=40)
    assert heard >= WAV_HEADER + 2 * 3 * 16_000
    assert sender.poll() is None
    sender.stdin.close()
    sender.stdin = None
    rest = receiver.stdout.read()
    assert heard + len(rest) == WAV_HEADER + 2 * 5 * 16_000
    assert (sender.wait(10), receiver.wait(10)) == (0, 0)


def test_a_listener_who_has_heard_enough(start: Any, tool: Any, write_speech: Any) -> None:
    tool("encode", write_speech("a.wav", seconds=40))
    process = start("decode", "a.gac", "-o", "-")
    assert process.stdout.read(100)[:4] == b"RIFF"
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (1, b"")


@pytest.mark.parametrize("command", [["info", "coded/speech.gac"], ["--help"]])
def test_a_reader_who_is_gone_before_the_first_line(
    start: Any, coded: Path, command: list[str]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = start(*command, stdout=writing)
    os.close(writing)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (1, b"")


@pytest.mark.skipif(not DEVICE.exists(), reason="the system has no /dev/stdout")
def test_standard_output_by_its_name_as_a_device(start: Any, speech: Path, tool: Any) -> None:
    tool("encode", speech)
    expected = Path("speech.gac").read_bytes()
    process = start("encode", speech, "-o", DEVICE)
    assert process.communicate(timeout=60)[0] == expected
    with Path("redirected.gac").open("wb") as target:
        assert start("encode", speech, "-o", DEVICE, stdout=target).wait(60) == 0
    assert Path("redirected.gac").read_bytes() == expected


@pytest.mark.parametrize(
    "command", [["encode", "speech.wav", "-o", "-"], ["decode", "coded/speech.gac", "-o", "-"]]
)
def test_a_terminal_gets_no_bytes(
    tool: Any, coded: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys.stdout, "isatty", lambda: True)
        done = tool(*command)
    assert (done.code, done.out) == (1, b"")
    assert done.err == (
        "gan-audio-compression: standard output is a terminal; name a file with -o, or send it to a"
        " program.\n"
    )


@needs_full
@pytest.mark.parametrize(
    "command",
    [
        ["encode", "speech.wav", "-o", "-"],
        ["decode", "coded/speech.gac", "-o", "-"],
        ["info", "coded/speech.gac"],
        ["--help"],
    ],
)
def test_standard_output_on_a_full_disk(
    tool: Any, coded: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    with monkeypatch.context() as patch:
        raw = FULL.open("wb", buffering=0)
        patch.setattr(sys, "stdout", io.TextIOWrapper(io.BufferedWriter(raw)))
        done = tool(*command)
    assert done.code == 1
    assert "No space left on device" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    "command",
    [
        ["encode", "speech.wav", "-o", "-"],
        ["decode", "coded/speech.gac", "-o", "-"],
        ["info", "coded/speech.gac"],
    ],
)
def test_standard_output_is_closed(
    tool: Any, coded: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", None)
        done = tool(*command)
    assert done.code == 1
    assert "standard output is closed" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    "command", [["encode", "-"], ["decode", "-"], ["info", "-"], ["compare", "-", "speech.wav"]]
)
def test_standard_input_is_closed(
    tool: Any, speech: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    done = tool(*command)
    assert (done.code, done.out) == (1, b"")
    assert "standard input is closed" in done.err
    assert done.err.count("\n") == 1


def test_without_standard_error_the_audio_stays_clean(
    tool: Any, coded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = tool("decode", coded, "-o", "-").out
    monkeypatch.setattr(sys, "stderr", None)
    done = tool("decode", coded, "-o", "-")
    assert (done.code, done.out) == (0, expected)


def test_a_program_without_standard_streams_still_writes_files(start: Any, speech: Path) -> None:
    process = start("encode", speech, preexec_fn=lambda: os.closerange(0, 3))
    assert process.wait(30) == 0
    assert Path("speech.gac").stat().st_size


@needs_full
@pytest.mark.parametrize("command", [["encode", "speech.wav"], ["decode", "coded/speech.gac"]])
def test_a_full_disk_as_the_output(tool: Any, coded: Path, command: list[str]) -> None:
    done = tool(*command, "-o", FULL)
    assert done.code == 1
    assert "No space left on device" in done.err
    assert done.err.count("\n") == 1
