"""Variations of speech that a codec has to cope with: speed, level, noise, band limits.

They are the common ones of speech training (speed: Ko and others, "Audio augmentation for speech
recognition", 2015, with pitch and formants), drawn at random.
"""

import numpy as np
import torch
import torchaudio.functional as audio
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.signal.spec import SAMPLE_RATE, SPEECH_LEVEL_DB

_SLOWEST_PERCENT, _FASTEST_PERCENT = 88, 112
_LEVEL_DB = 4.0
_NOISE_SHARE, _LOWEST_SNR_DB, _HIGHEST_SNR_DB = 0.3, 10.0, 40.0
_STEEPEST_NOISE = 1.0
_LIMITED_SHARE = 0.15
# A telephone, a wide telephone, an old recording.
_PASSBANDS_HZ = ((300.0, 3400.0), (50.0, 7000.0), (100.0, 5000.0))
_EDGE = 0.1


def vary(speech: NDArray[np.float32], draw: np.random.Generator) -> NDArray[np.float32]:
    """Return speech [n] at the project's level, spoken otherwise or in another place: [m].

    Speed changes by up to 12 %, level by up to 4 dB; some get noise between white and pink, 10 to
    40 dB below speech, and some a narrower band.
    """
    percent = int(draw.integers(_SLOWEST_PERCENT, _FASTEST_PERCENT + 1))
    varied = audio.resample(torch.from_numpy(speech), percent, 100)
    if draw.random() < _NOISE_SHARE:
        varied = varied + _noise(len(varied), draw)
    if draw.random() < _LIMITED_SHARE:
        varied = _limited(varied, *_PASSBANDS_HZ[draw.integers(len(_PASSBANDS_HZ))])
    gain = 10 ** (draw.uniform(-_LEVEL_DB, _LEVEL_DB) / 20)
    return np.asarray((varied * gain).numpy(), np.float32)


def _noise(samples: int, draw: np.random.Generator) -> Tensor:
    white = torch.from_numpy(draw.standard_normal(samples).astype(np.float32))
    steepness = draw.uniform(0, _STEEPEST_NOISE)
    frequencies = torch.arange(samples // 2 + 1).clamp_min(1)
    coloured = torch.fft.irfft(torch.fft.rfft(white) * frequencies ** (-steepness / 2), samples)
    level_db = SPEECH_LEVEL_DB - draw.uniform(_LOWEST_SNR_DB, _HIGHEST_SNR_DB)
    noise: Tensor = coloured / coloured.square().mean().sqrt() * 10 ** (level_db / 20)
    return noise


def _limited(speech: Tensor, low_hz: float, high_hz: float) -> Tensor:
    """Return speech [n] in a band, whose edges fall off over a tenth of their frequency."""
    spectrum = torch.fft.rfft(speech)
    frequencies = torch.linspace(0, SAMPLE_RATE / 2, len(spectrum))
    rise = ((frequencies - low_hz) / (_EDGE * low_hz)).clamp(-1, 0) + 1
    fall = ((high_hz - frequencies) / (_EDGE * high_hz)).clamp(-1, 0) + 1
    limited: Tensor = torch.fft.irfft(spectrum * rise * fall, len(speech))
    return limited
