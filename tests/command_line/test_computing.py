"""Models and devices that cannot be used."""

from pathlib import Path
from typing import Any

import pytest

from gan_audio_compression.codec.models import model_names
from gan_audio_compression.command_line import computing
from gan_audio_compression.command_line.computing import Computing
from gan_audio_compression.command_line.plan import Job


def test_an_unknown_name_is_a_wrong_call_that_lists_the_names(tool: Any, speech: Path) -> None:
    done = tool("encode", speech, "--model", "ghost")
    assert done.code == 2
    assert "no model is called 'ghost'" in done.err
    assert all(name in done.err for name in model_names())
    assert done.err.endswith("see gan-audio-compression encode --help.\n")


def test_a_model_file_that_is_missing_is_a_wrong_call(tool: Any, speech: Path) -> None:
    done = tool("encode", speech, "--model", "none.safetensors")
    assert done.code == 2
    assert "the model none.safetensors cannot be read (No such file or directory)" in done.err
    assert done.err.count("\n") == 1


def write_text(path: Path, model: bytes) -> None:
    path.write_text("hello, this is no model")


def write_truncated(path: Path, model: bytes) -> None:
    path.write_bytes(model[:-1])


def write_flipped(path: Path, model: bytes) -> None:
    path.write_bytes(model[:-1] + bytes([model[-1] ^ 1]))


def write_other_kind(path: Path, model: bytes) -> None:
    path.write_bytes(model.replace(rb"\"kind\": \"segment\"", rb"\"kind\": \"mystery\""))


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (write_text, "is no model of this program"),
        (write_truncated, "ends after"),
        (write_flipped, "is damaged"),
        (write_other_kind, "of kind 'mystery'"),
    ],
)
def test_a_file_that_is_no_model(
    tool: Any, speech: Path, model_file: Path, write: Any, says: str
) -> None:
    write(Path("bad.safetensors"), model_file.read_bytes())
    done = tool("encode", speech, "--model", "bad.safetensors")
    assert done.code == 1
    assert done.err.startswith("gan-audio-compression: bad.safetensors")
    assert says in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("device", ["toaster", "cuda:99"])
def test_a_device_that_is_not_there(tool: Any, speech: Path, device: str) -> None:
    done = tool("encode", speech, "--device", device)
    assert done.code == 1
    assert device in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("files", "device", "threads", "workers"),
    [
        (1, "cpu", 4, 1),
        (3, "cpu", 2, 2),
        (3, "cpu", 8, 3),
        (3, "cuda", 8, 1),
        (3, "cpu", None, 3),
        (10, "cpu", None, 8),
        (10, "cpu", 100_000, 8),
    ],
)
def test_each_file_gets_a_processor_that_may_be_used(
    model_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: int,
    device: str,
    threads: int | None,
    workers: int,
) -> None:
    monkeypatch.setattr(computing, "usable_processors", lambda: 8)
    jobs = [Job(Path(f"{n}.wav"), Path(f"{n}.gac")) for n in range(files)]
    assert Computing.of(jobs, str(model_file), device, threads).workers == workers
