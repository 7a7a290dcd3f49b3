"""The tool in this process and as a program, with a small codec of random weights."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from gan_audio_compression.command_line.main import main

SOURCE = Path(__file__).resolve().parents[2] / "src"
PROGRAM = (sys.executable, "-m", "gan_audio_compression")


@dataclass(frozen=True)
class Finished:
    """How a call of the tool ended."""

    code: int
    out: bytes
    err: str


Tool = Callable[..., Finished]
Start = Callable[..., subprocess.Popen[bytes]]
WriteSpeech = Callable[..., Path]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def logging_restored() -> Iterator[None]:
    """Undo what the tool does to the package's logger."""
    package = logging.getLogger("gan_audio_compression")
    before = package.handlers, package.level, package.propagate
    yield
    package.handlers, package.level, package.propagate = before


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory, segment_model: Any) -> Path:
    path = tmp_path_factory.mktemp("model") / "small.safetensors"
    path.write_bytes(segment_model.to_bytes())
    return path


@pytest.fixture
def tool(model_file: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Tool:
    """Call the tool in this process; encode and decode get the small model and one thread."""

    def call(*arguments: str | Path) -> Finished:
        capsysbinary.readouterr()
        code = main(completed(model_file, arguments))
        out, err = capsysbinary.readouterr()
        return Finished(code, out, err.decode())

    return call


@pytest.fixture
def start(model_file: Path) -> Iterator[Start]:
    """Start the tool as a program of its own, with pipes, in a process group of its own."""
    running = []

    def call(*arguments: str | Path, **options: Any) -> subprocess.Popen[bytes]:
        pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        pipes["preexec_fn"] = heed_signals
        settings = {"PYTHONPATH": str(SOURCE), "OMP_NUM_THREADS": "1"}
        process = subprocess.Popen(
            [*PROGRAM, *completed(model_file, arguments)],
            env=os.environ | settings,
            start_new_session=True,
            **pipes | options,
        )
        running.append(process)
        return process

    yield call
    for process in running:
        process.kill()
        process.communicate()


def heed_signals() -> None:
    """Undo what a shell that starts the tests in its background hands on: ignored signals."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def completed(model_file: Path, arguments: tuple[str | Path, ...]) -> list[str]:
    given = [str(argument) for argument in arguments]
    if given and given[0] in ("encode", "decode"):
        if "--model" not in given:
            given += ["--model", str(model_file)]
        if "--threads" not in given:
            given += ["--threads", "1"]
        if given[0] == "encode" and "--effort" not in given:
            given += ["--effort", "0"]
    return given


@pytest.fixture
def write_speech(make_speech: Any) -> WriteSpeech:
    """Write a recording of speech; the format is that of the name."""

    def write(
        name: str | Path,
        seconds: float = 0.5,
        rate: int = 16_000,
        channels: int = 1,
        subtype: str | None = None,
        seed: int = 0,
    ) -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        wave = make_speech(round(seconds * rate), seed)
        sf.write(path, np.stack([wave] * channels, axis=1), rate, subtype=subtype)
        return path

    return write


@pytest.fixture
def speech(write_speech: WriteSpeech) -> Path:
    return write_speech("speech.wav")


@pytest.fixture
def coded(tool: Tool, speech: Path) -> Path:
    """A .gac file alone in its folder."""
    assert tool("encode", speech, "-o", "coded/speech.gac").code == 0
    return Path("coded/speech.gac")


@pytest.fixture
def files_below() -> Callable[[str], list[str]]:
    """Name all files in a folder, hidden ones too."""

    def names(folder: str) -> list[str]:
        paths = Path(folder).rglob("*")
        return sorted(path.relative_to(folder).as_posix() for path in paths if path.is_file())

    return names
