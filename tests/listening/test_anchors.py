"""The anchors keep to the mask of BS.1534-3."""

import numpy as np
import pytest

from gan_audio_compression.listening.anchors import (
    LOW_ANCHOR_HERTZ,
    MID_ANCHOR_HERTZ,
    low_pass_anchor,
)

RATE = 16_000


def gain_db(pass_hertz: int) -> np.ndarray:
    """The response in dB at every Hz from 0 to 8 kHz."""
    impulse = np.zeros(RATE, dtype=np.float32)
    impulse[RATE // 2] = 1.0
    spectrum = np.abs(np.fft.rfft(low_pass_anchor(impulse, pass_hertz)))
    return 20 * np.log10(np.maximum(spectrum, 1e-9))


@pytest.mark.parametrize("pass_hertz", [LOW_ANCHOR_HERTZ, MID_ANCHOR_HERTZ])
def test_ripple_and_attenuation(pass_hertz: int) -> None:
    """0.1 dB in the pass band, 25 dB down at 500 Hz above, 50 dB from 1 kHz above."""
    response = gain_db(pass_hertz)
    assert np.abs(response[: pass_hertz + 1]).max() < 0.1
    assert response[pass_hertz + 500] < -25
    assert response[pass_hertz + 1000 :].max() < -50


@pytest.mark.parametrize("samples", [1, 100, 16_000])
def test_an_anchor_is_in_time_with_its_original(samples: int) -> None:
    time = np.arange(samples) / RATE
    tone = np.cos(2 * np.pi * 500 * time).astype(np.float32)
    anchor = low_pass_anchor(tone, LOW_ANCHOR_HERTZ)
    assert anchor.shape == tone.shape and anchor.dtype == np.float32
    # The ends are those of a tone that begins and stops.
    assert np.abs(anchor - tone)[100:-100].max(initial=0) < 2e-3
