"""From the log mel back to a waveform: exact in length, deterministic, near the original."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.evaluation.metrics import METRICS
from gan_audio_compression.signal.analysis import frame_count, log_mel_spectrogram
from gan_audio_compression.signal.level import normalise_level
from gan_audio_compression.signal.spec import FLOOR, MEL_BANDS, SAMPLE_RATE
from gan_audio_compression.signal.synthesis import mel_to_magnitude, waveform_from_log_mel

TIMIT_TEST = Path(__file__).resolve().parents[2].parent / "shared/data/timit/TEST"


def harmonic(samples: int = 16_384) -> Tensor:
    """A voiced sound that glides from 110 to 150 Hz, with a little noise."""
    t = torch.arange(samples, dtype=torch.float64) / SAMPLE_RATE
    phase = 2 * math.pi * (110 * t + 20 * t.square())
    voice = sum(torch.sin(k * phase) / k for k in range(1, 40))
    noise = torch.randn(samples, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return (0.05 * voice + 0.001 * noise).float()


@pytest.mark.parametrize("samples", [1, 127, 128, 256, 257, 511, 16_384, 20_001])
def test_length_is_exact(samples: int) -> None:
    log_mel = torch.full((frame_count(samples), MEL_BANDS), -3.0)
    waveform = waveform_from_log_mel(log_mel, samples)
    assert waveform.shape == (samples,)
    assert waveform.isfinite().all()


def test_equal_input_gives_equal_output() -> None:
    log_mel = log_mel_spectrogram(harmonic())
    first = waveform_from_log_mel(log_mel, 16_384)
    torch.manual_seed(99)
    assert torch.equal(first, waveform_from_log_mel(log_mel.clone(), 16_384))


@pytest.mark.parametrize("frequency", [250.0, 1000.0, 3000.0])
def test_a_sine_keeps_its_frequency_and_level(frequency: float) -> None:
    t = torch.arange(SAMPLE_RATE, dtype=torch.float64) / SAMPLE_RATE
    sine = (0.07 * torch.sin(2 * math.pi * frequency * t)).float()
    waveform = waveform_from_log_mel(log_mel_spectrogram(sine), SAMPLE_RATE)
    spectrum = torch.fft.rfft(waveform * torch.hann_window(SAMPLE_RATE)).abs()
    half_a_band = max(16.0, 0.0125 * frequency)
    assert spectrum.argmax().item() == pytest.approx(frequency, abs=half_a_band)
    level_change = 20 * torch.log10(waveform.std() / sine.std()).item()
    assert level_change == pytest.approx(0.0, abs=1.5)


def test_the_log_mel_of_the_result_is_near() -> None:
    wanted = log_mel_spectrogram(harmonic())
    found = log_mel_spectrogram(waveform_from_log_mel(wanted, 16_384))
    assert (found - wanted).abs().mean().item() < 0.1


def test_magnitude_is_not_negative_and_has_the_mel_it_was_made_from() -> None:
    magnitude = torch.stft(
        harmonic(), 512, 128, window=torch.hann_window(512), return_complex=True
    ).abs()
    log_mel = log_mel_spectrogram(harmonic())
    estimate = mel_to_magnitude(log_mel)
    assert estimate.shape == magnitude.shape
    assert estimate.min().item() >= 0
    inner = slice(4, -4)  # the edges are padded in another way
    error = (estimate - magnitude)[:, inner].norm() / magnitude[:, inner].norm()
    assert error.item() < 0.15


def test_the_floor_is_silence() -> None:
    waveform = waveform_from_log_mel(torch.full((101, MEL_BANDS), FLOOR), 12_800)
    assert waveform.abs().max().item() < 1e-3


def test_ceiling_of_the_codec_on_speech() -> None:
    """Without a codec between, analysis and synthesis alone keep nearly all of the quality."""
    if not TIMIT_TEST.is_dir():
        pytest.skip("TIMIT's test speech is not beside the project")
    paths = sorted(p for p in TIMIT_TEST.rglob("*.WAV") if p.stem[:2].upper() in ("SX", "SI"))[::4]
    scores: dict[str, list[float]] = {"pesq_nb": [], "pesq_wb": []}
    for path in paths:
        speech, _ = normalise_level(decode_audio(path.read_bytes())[0])
        log_mel = log_mel_spectrogram(torch.from_numpy(speech))
        decoded = waveform_from_log_mel(log_mel, len(speech)).numpy()
        for name, values in scores.items():
            values.append(METRICS[name](speech, decoded))
    assert len(paths) >= 8
    assert np.mean(scores["pesq_nb"]) >= 4.40
    assert np.mean(scores["pesq_wb"]) >= 4.40
