"""The last step of a synthesis brings the loudness nearer and leaves what was given out."""

import math

import pytest
import torch
from torch import Tensor

from gan_audio_compression.signal import loudness_match
from gan_audio_compression.signal.analysis import (
    log_mel_spectrogram,
    mel_filters,
    short_time_spectrum,
)
from gan_audio_compression.signal.loudness import SPREAD, to_loudness
from gan_audio_compression.signal.loudness_match import match_loudness
from gan_audio_compression.signal.spec import FLOOR, MEL_BANDS
from gan_audio_compression.signal.synthesis import Synthesiser, waveform_from_log_mel

FRAMES, SAMPLES = 97, 12_288


@pytest.fixture(scope="module")
def log_mel() -> Tensor:
    """Coloured noise, whose envelope moves."""
    draw = torch.Generator().manual_seed(3)
    noise = 0.05 * torch.randn(SAMPLES, generator=draw)
    envelope = 0.6 + 0.4 * torch.sin(torch.arange(SAMPLES) / 900)
    return log_mel_spectrogram(envelope * (noise + noise.roll(1)))


def loudness_error(waveform: Tensor, log_mel: Tensor) -> float:
    heard, wanted = to_loudness(log_mel_spectrogram(waveform)), to_loudness(log_mel)
    return float((heard - wanted).square().mean())


def test_the_loudness_comes_nearer(log_mel: Tensor) -> None:
    plain, matched = (
        waveform_from_log_mel(log_mel, SAMPLES, match=match) for match in (False, True)
    )
    assert loudness_error(matched, log_mel) < 0.8 * loudness_error(plain, log_mel)


def test_samples_that_were_given_out_stay(log_mel: Tensor) -> None:
    signal = torch.zeros(512 + 128 * (FRAMES - 1), dtype=torch.float64)
    gain = torch.ones(FRAMES, 1, dtype=torch.float64)
    signal[1000:] = 0.01
    matched = match_loudness(signal, log_mel.double(), gain, 900, 5000)
    assert torch.equal(matched[:900], signal[:900])
    assert torch.equal(matched[5000:], signal[5000:])
    assert not torch.equal(matched[900:5000], signal[900:5000])
    assert not matched.requires_grad


def test_nothing_to_move_is_nothing_moved(log_mel: Tensor) -> None:
    signal = torch.ones(512 + 128 * (FRAMES - 1), dtype=torch.float64)
    gain = torch.ones(FRAMES, 1, dtype=torch.float64)
    assert torch.equal(match_loudness(signal, log_mel.double(), gain, 700, 700), signal)


@pytest.mark.parametrize("floor", [FLOOR, -math.inf])
def test_silence_stays_silent(floor: float) -> None:
    waveform = waveform_from_log_mel(torch.full((101, MEL_BANDS), floor), 12_800, match=True)
    assert waveform.abs().max() < 1e-3


def test_the_level_of_the_recording_does_not_matter(log_mel: Tensor) -> None:
    def at(gain: float) -> Tensor:
        synthesiser = Synthesiser(match=True)
        speech = synthesiser.feed(log_mel, torch.full((len(log_mel), 1), gain))
        return torch.cat([speech, synthesiser.finish(SAMPLES)])

    torch.testing.assert_close(at(8.0) * 8, at(1.0), atol=1e-4, rtol=0)


def test_the_gradient_is_that_of_the_error(log_mel: Tensor) -> None:
    draw = torch.Generator().manual_seed(1)
    signal = 0.05 * torch.randn(512 + 128 * (FRAMES - 1), dtype=torch.float64, generator=draw)
    # Frames of silence too, which lie below the floor, where there is no gradient.
    signal[4000:6000] = 0.0
    gain = torch.linspace(0.5, 2.0, FRAMES, dtype=torch.float64)[:, None]
    wanted = to_loudness(log_mel.double())
    leaf = signal.clone().requires_grad_(True)
    magnitude = (short_time_spectrum(leaf) * gain).abs().clamp_min(1e-6)
    heard = to_loudness((magnitude @ mel_filters().double()).log().clamp_min(FLOOR))
    ((heard - wanted) / SPREAD).square().sum().backward()
    assert leaf.grad is not None
    found = loudness_match._error_gradient(signal, wanted, gain)
    torch.testing.assert_close(found, leaf.grad, rtol=1e-6, atol=1e-6 * float(found.abs().max()))
