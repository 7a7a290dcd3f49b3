"""What lies between a speaker and a recording: noise, tones, a room, a telephone, a narrow band."""

import numpy as np
import torch
import torchaudio.functional as audio
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.signal.level import active_level_db
from gan_audio_compression.signal.spec import SAMPLE_RATE

TELEPHONE_HZ = (300.0, 3400.0)

_TELEPHONE_RATE = 8000
_MU_LAW_LEVELS = 256
_EDGE = 0.1
# A direct sound that lasts longer would be coloured by the first reflections.
_DIRECT_SAMPLES = SAMPLE_RATE // 400
_DECAY_DB = 60.0
_TONE_S, _TONE_HZ, _MOST_HARMONICS = (0.1, 1.5), (80.0, 7000.0), 6
# So long a tone takes to come and to go.
_RAMP_SAMPLES = SAMPLE_RATE // 200


def with_noise(speech: Tensor, noise: Tensor, snr_db: float) -> Tensor:
    """Return speech [n] with noise [m], begun anew where it ends, `snr_db` below active speech."""
    filling = noise.repeat(-(-len(speech) // len(noise)))[: len(speech)]
    noise_db = 10 * filling.square().mean().clamp_min(torch.finfo().tiny).log10()
    gain_db = active_level_db(speech.numpy()) - snr_db - noise_db
    mixed: Tensor = speech + filling * 10 ** (gain_db / 20)
    return mixed


def coloured_noise(samples: int, steepness: float, draw: np.random.Generator) -> Tensor:
    """Draw noise [samples] whose power falls with the frequency to `steepness`: 0 is white."""
    white = torch.from_numpy(draw.standard_normal(samples).astype(np.float32))
    frequencies = torch.arange(samples // 2 + 1).clamp_min(1)
    noise: Tensor = torch.fft.irfft(
        torch.fft.rfft(white) * frequencies ** (-steepness / 2), samples
    )
    return noise


def tones(samples: int, draw: np.random.Generator) -> Tensor:
    """Draw tones [samples] one after another, of some harmonics: of an alarm, an instrument."""
    parts: list[NDArray[np.float32]] = []
    missing = samples
    while missing > 0:
        length = min(missing, round(draw.uniform(*_TONE_S) * SAMPLE_RATE))
        lowest_hz = np.exp(draw.uniform(*np.log(_TONE_HZ)))
        harmonics = np.arange(1, draw.integers(2, _MOST_HARMONICS + 2))
        harmonics = harmonics[harmonics * lowest_hz < SAMPLE_RATE / 2, None]
        phases = 2 * np.pi * (harmonics * lowest_hz * np.arange(length) / SAMPLE_RATE)
        tone = (np.sin(phases) / harmonics).sum(0)
        ramp = np.minimum(np.arange(length), np.arange(length)[::-1]) / _RAMP_SAMPLES
        parts.append((tone * ramp.clip(0, 1)).astype(np.float32))
        missing -= length
    return torch.from_numpy(np.concatenate(parts))


def room_response(
    reverberation_s: float, direct_db: float, draw: np.random.Generator
) -> NDArray[np.float32]:
    """Draw the impulse response [n] of a room: a direct sound and noise that decays (Moorer, 1979).

    Args:
        reverberation_s: until the reverberation has fallen by 60 dB.
        direct_db: the direct sound's energy over that of the reverberation.
        draw: of the noise.
    """
    time = np.arange(round(reverberation_s * SAMPLE_RATE)) / SAMPLE_RATE
    tail = draw.standard_normal(len(time)) * 10 ** (-_DECAY_DB / 20 * time / reverberation_s)
    tail[:_DIRECT_SAMPLES] = 0
    tail *= 10 ** (-direct_db / 20) / np.sqrt(np.square(tail).sum())
    tail[0] = 1.0
    return tail.astype(np.float32)


def in_room(speech: Tensor, response: Tensor) -> Tensor:
    """Return speech [n] in a room of an impulse response [m], as loud as before and in time."""
    late = int(response.abs().argmax())
    heard = audio.fftconvolve(speech, response)[late : late + len(speech)]
    gain_db = active_level_db(speech.numpy()) - active_level_db(heard.numpy())
    reverberant: Tensor = heard * 10 ** (gain_db / 20)
    return reverberant


def band_limited(speech: Tensor, low_hz: float, high_hz: float) -> Tensor:
    """Return speech [n] in a band, whose edges fall off over a tenth of their frequency."""
    spectrum = torch.fft.rfft(speech)
    frequencies = torch.linspace(0, SAMPLE_RATE / 2, len(spectrum))
    rise = ((frequencies - low_hz) / (_EDGE * low_hz)).clamp(-1, 0) + 1
    fall = ((high_hz - frequencies) / (_EDGE * high_hz)).clamp(-1, 0) + 1
    limited: Tensor = torch.fft.irfft(spectrum * rise * fall, len(speech))
    return limited


def over_telephone(speech: Tensor) -> Tensor:
    """Return speech [n] after a telephone line: 300-3400 Hz, 8 kHz, 8 bits by the mu-law (G.711).

    Samples beyond full scale are clipped.
    """
    narrow = audio.resample(band_limited(speech, *TELEPHONE_HZ), SAMPLE_RATE, _TELEPHONE_RATE)
    codes = audio.mu_law_encoding(narrow.clamp(-1, 1), _MU_LAW_LEVELS)
    heard = audio.mu_law_decoding(codes, _MU_LAW_LEVELS)
    wide: Tensor = audio.resample(heard, _TELEPHONE_RATE, SAMPLE_RATE)[: len(speech)]
    return wide
