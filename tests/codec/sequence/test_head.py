"""The waveform head as a model: its file, and the STFT it makes of a decoded log mel."""

import math

import numpy as np
import pytest
import torch

from gan_audio_compression.codec.sequence.head import HeadModel, head_spectrum
from gan_audio_compression.networks.errors import NotAModelError
from gan_audio_compression.networks.head_config import HeadConfig
from gan_audio_compression.networks.waveform_head import WaveformHead
from gan_audio_compression.signal.loudness import from_loudness, to_loudness
from gan_audio_compression.signal.synthesis import mel_to_magnitude

CONFIG = HeadConfig(width=8, blocks=1)
LOG_MEL = -8 * torch.rand(20, 128, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def model() -> HeadModel:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return HeadModel(CONFIG, WaveformHead(CONFIG), "trained")


def test_a_file_gives_the_same_head(model: HeadModel) -> None:
    again = HeadModel.from_bytes(model.to_bytes())
    assert again.digest == model.digest
    assert again.networks == CONFIG
    assert torch.equal(again.spectrum(LOG_MEL, 100), model.spectrum(LOG_MEL, 100))


def test_a_head_is_no_codec(model: HeadModel, sequence_model: object) -> None:
    with pytest.raises(NotAModelError, match="waveform_head"):
        type(sequence_model).from_bytes(model.to_bytes())  # type: ignore[attr-defined]


def test_the_spectrum_has_the_phase_of_the_head(model: HeadModel) -> None:
    spectrum = model.spectrum(LOG_MEL, 100)
    assert spectrum.shape == (20, 257)
    assert spectrum.dtype == torch.complex128
    _, phase = model.head(to_loudness(LOG_MEL)[None], torch.tensor([100 / 255]))
    heard = spectrum.abs() > 0
    turned = spectrum * torch.polar(torch.ones(20, 257), -phase[0].detach())
    assert turned[heard].angle().abs().max() < 1e-3


def test_no_factor_leaves_the_magnitude_and_a_factor_is_limited() -> None:
    loudness, zero = to_loudness(LOG_MEL), torch.zeros(20, 257)
    magnitude = mel_to_magnitude(from_loudness(loudness))
    torch.testing.assert_close(head_spectrum(loudness, zero, zero).abs(), magnitude)
    loud = head_spectrum(loudness, zero + 100, zero).abs()
    np.testing.assert_allclose(loud, math.exp(4) * magnitude, rtol=1e-4)
