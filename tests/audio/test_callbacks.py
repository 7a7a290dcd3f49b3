"""Ctrl-C while libsndfile reads or writes: it is not lost, wherever it comes."""

import io
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from gan_audio_compression.audio.callbacks import CallbackFile
from gan_audio_compression.audio.recording import Recording
from gan_audio_compression.audio.writer import AudioWriter

SAMPLES = np.zeros(200_000, np.float32)


@pytest.fixture
def interrupt_at() -> Iterator[Callable[[str], None]]:
    """Send Ctrl-C as soon as a function of that name is called."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def arm(name: str) -> None:
        def profile(frame: FrameType, event: str, argument: Any) -> None:
            if event == "call" and frame.f_code.co_name == name:
                sys.setprofile(None)
                signal.raise_signal(signal.SIGINT)

        sys.setprofile(profile)

    yield arm
    sys.setprofile(None)
    signal.signal(signal.SIGINT, before)


def test_reading_ends_at_an_interrupt_between_libsndfile_and_the_file(
    interrupt_at: Callable[[str], None],
) -> None:
    file = io.BytesIO()
    sf.write(file, SAMPLES, 16_000, format="WAV")
    file.seek(0)
    blocks = Recording(file).blocks()
    next(blocks)
    interrupt_at("vio_read")
    with pytest.raises(KeyboardInterrupt):
        list(blocks)


@pytest.mark.parametrize("format", ["wav", "flac"])
def test_writing_ends_at_an_interrupt_between_libsndfile_and_the_file(
    interrupt_at: Callable[[str], None], format: str
) -> None:
    with pytest.raises(KeyboardInterrupt), AudioWriter(io.BytesIO(), 16_000, format) as writer:
        interrupt_at("vio_write")
        writer.write(SAMPLES)


def test_a_signal_waits_and_its_handler_is_there_again(interrupt_at: Callable[[str], None]) -> None:
    before = signal.getsignal(signal.SIGINT)
    reached = False
    with pytest.raises(KeyboardInterrupt), CallbackFile(io.BytesIO()).signals_held():
        signal.raise_signal(signal.SIGINT)
        reached = True
    assert reached
    assert signal.getsignal(signal.SIGINT) is before


def test_another_thread_leaves_signals_alone() -> None:
    seen: list[object] = []

    def look() -> None:
        with CallbackFile(io.BytesIO()).signals_held():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGINT)]


@pytest.mark.usefixtures("interrupt_at")
def test_a_file_that_waits_for_its_data_is_interrupted_at_once() -> None:
    """Its writer may never write again."""
    went_on = []

    class Waiting(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            signal.raise_signal(signal.SIGINT)
            went_on.append(size)
            return super().read(size)

    calls = CallbackFile(Waiting(b"RIFF"))
    with calls.signals_held():
        assert calls.read(4) == b""
    assert not went_on
    with pytest.raises(KeyboardInterrupt):
        calls.raise_error()
