"""Programs that fail, hang or write nothing, played by small scripts."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gan_audio_compression.bench import program
from gan_audio_compression.bench.codec import CodecFailedError, CodecMissingError
from gan_audio_compression.bench.program import Program

FakeProgram = Callable[[str], Program]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeProgram:
    """Make a program of a shell script, and keep temporary files in a folder of the test."""

    def make(script: str) -> Program:
        file = tmp_path / "bin" / "fake-codec"
        file.parent.mkdir()
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        monkeypatch.setenv("PATH", f"{file.parent}:/usr/bin:/bin")
        (tmp_path / "temporary").mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
        return Program("fake-codec", "fake-package")

    return make


def test_options_and_files_reach_the_program_as_they_are(fake: FakeProgram) -> None:
    reverser = fake('test "$1" = "a b; c" && rev < "$2" > "$3"')
    assert reverser.convert(["a b; c"], b"abc\n", "in.raw", "out.raw") == b"cba\n"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo no such mode >&2; exit 3", r"fake-codec ended with status 3 \(no such mode\)"),
        ("exit 1", r"status 1 \(without a word\)"),
        ("true", "fake-codec wrote no file"),
    ],
)
def test_failure_tells_what_the_program_said(
    fake: FakeProgram, tmp_path: Path, script: str, reason: str
) -> None:
    failing = fake(script)
    with pytest.raises(CodecFailedError, match=reason):
        failing.convert([], b"abc", "in.raw", "out.raw")
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_program_that_hangs_is_ended(
    fake: FakeProgram, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(program, "_TIMEOUT", 0.2)
    with pytest.raises(CodecFailedError, match="did not end"):
        fake("exec sleep 60").convert([], b"abc", "in.raw", "out.raw")
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_broken_program_is_told_from_a_missing_one(fake: FakeProgram, tmp_path: Path) -> None:
    broken = fake("true")
    (tmp_path / "bin" / "fake-codec").write_bytes(b"\x7fELF")
    with pytest.raises(CodecFailedError, match="could not be run"):
        broken.first_line("--version")
    with pytest.raises(CodecMissingError, match="install other-package"):
        Program("other-codec", "other-package").first_line("--version")
