"""What goes through block by block is the STFT of the whole, and comes back."""

import numpy as np
import pytest

from gan_audio_compression.signal.analysis import short_time_spectrum
from gan_audio_compression.signal.frame_blocks import FRAMES_AT_ONCE, FrameBlocks
from gan_audio_compression.signal.spec import FFT_SIZE, HOP

COUNTS = (1, FRAMES_AT_ONCE, FRAMES_AT_ONCE + 1, 3 * FRAMES_AT_ONCE - 1)


def noise(frames: int) -> np.ndarray:
    return np.random.default_rng(frames).standard_normal(FFT_SIZE + HOP * (frames - 1))


@pytest.mark.parametrize("frames", COUNTS)
def test_the_blocks_are_those_of_the_whole(frames: int) -> None:
    signal = noise(frames)
    blocks = [spectrum.copy() for _, spectrum in FrameBlocks(frames).analysed(signal)]
    np.testing.assert_allclose(np.concatenate(blocks), short_time_spectrum(signal), atol=1e-12)


def test_single_precision_stays_single() -> None:
    signal, blocks = noise(40).astype(np.float32), FrameBlocks(40, np.float32)
    assert {spectrum.dtype for _, spectrum in blocks.analysed(signal)} == {np.dtype(np.complex64)}
    back = blocks.overlapped(blocks.analysed(signal)) * blocks.gain()
    assert back.dtype == np.float32
    within = slice(FFT_SIZE // 16, -FFT_SIZE // 16)
    np.testing.assert_allclose(back[within], signal[within], atol=1e-4)


@pytest.mark.parametrize("frames", COUNTS)
def test_a_signal_comes_back(frames: int) -> None:
    signal, blocks = noise(frames), FrameBlocks(frames)
    back = blocks.overlapped(blocks.analysed(signal)) * blocks.gain()
    # Where the window is all but zero, nothing of the signal is seen.
    within = slice(FFT_SIZE // 16, -FFT_SIZE // 16)
    np.testing.assert_allclose(back[within], signal[within], atol=1e-9)
