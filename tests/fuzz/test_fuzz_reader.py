"""Two thousand damaged files, and proof that the fuzzer sees what it looks for."""

import importlib.util
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from gan_audio_compression.codec.container.chunk import Chunk
from gan_audio_compression.codec.container.levels import Level
from gan_audio_compression.codec.container.reader import ContainerReader

SCRIPT = Path(__file__).with_name("fuzz_reader.py")


@pytest.fixture
def fuzz_reader() -> Iterator[ModuleType]:
    """Give the script as a module, and the package its log level back."""
    spec = importlib.util.spec_from_file_location("fuzz_reader", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    package = logging.getLogger("gan_audio_compression")
    level = package.level
    yield module
    package.setLevel(level)


def test_damaged_files_end_as_they_should(fuzz_reader: ModuleType) -> None:
    logging.getLogger("gan_audio_compression").setLevel(logging.ERROR)
    outcomes, failures = fuzz_reader.fuzz(files=2000, seed=1)
    assert failures == 0
    reached = {
        "strict TruncatedError",
        "strict CorruptError",
        "strict ImpossibleSizeError",
        "strict TrailingDataError",
        "strict NotGacError",
        "strict NewerVersionError",
        "strict read to the end",
        "concealing read to the end",
        "lost chunk",
        "payload decoded",
        "payload CorruptPayloadError",
    }
    assert reached <= outcomes.keys()


def test_another_error_is_reported_with_its_file(
    fuzz_reader: ModuleType, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(self: ContainerReader, conceal: bool = False) -> Iterator[Chunk]:
        raise IndexError("out of range")

    monkeypatch.setattr(ContainerReader, "chunks", broken)
    with caplog.at_level(logging.ERROR):
        assert fuzz_reader.main(["--files", "5", "--seed", "7"]) == 1
    assert re.search(r"seed 7, file \d: 474143", caplog.text)


def test_a_wrong_payload_is_a_failure(
    fuzz_reader: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(self: ContainerReader, conceal: bool = False) -> Iterator[Chunk]:
        yield Chunk(0, (Level(0, 40),), b"not what was written", 16384, None)

    monkeypatch.setattr(ContainerReader, "chunks", wrong)
    assert fuzz_reader.fuzz(files=10, seed=0)[1] > 0
