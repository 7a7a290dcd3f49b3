"""Codecs that may be missing here."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gan_audio_compression.bench.codec import BenchCodec, CodecMissingError


@pytest.fixture
def require() -> Callable[[BenchCodec], None]:
    """Skip the test, and say why, where a codec is not installed."""

    def check(codec: BenchCodec) -> None:
        try:
            codec.version()
        except CodecMissingError as error:
            pytest.skip(str(error))

    return check


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without any codec."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
