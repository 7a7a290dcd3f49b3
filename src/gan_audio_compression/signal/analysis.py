"""From a waveform to its log mel spectrogram."""

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.arrays import Array, array_namespace, at_least, like
from gan_audio_compression.signal.chunks import CONTEXT, Piece
from gan_audio_compression.signal.spec import BINS, FFT_SIZE, FLOOR, HOP, MEL_BANDS, SAMPLE_RATE

# Frames of a recording that also look at what would precede it.
_FRAMES_ACROSS = CONTEXT // HOP

# Slaney's scale: 15 mels a kilohertz, and from there on 27 for a factor of 6.4.
_KNEE_HZ, _KNEE_MELS, _NEPERS_A_MEL = 1000.0, 15.0, math.log(6.4) / 27

# Window and filters are rounded at each step, as those were that the models learnt with: the
# synthesis blows up a difference in the last bit.
_Single = np.float32
# Where PyTorch 2.11 has the number beside the nearest for a cosine.
_ROUNDED_DOWN = [10, 11, 39, 61, 168, 235, 279, 451, 455, 503, 509]
_ROUNDED_UP = [16, 250, 307, 417, 479, 494]


@cache
def hann_window() -> NDArray[np.float32]:
    """Return the periodic Hann window of the STFT, [512]."""
    angles = np.arange(FFT_SIZE, dtype=_Single) * _Single(2 * math.pi / FFT_SIZE)
    cosines = np.cos(angles.astype(np.float64)).astype(_Single)
    for places, side in ((_ROUNDED_DOWN, -2), (_ROUNDED_UP, 2)):
        cosines[places] = np.nextafter(cosines[places], _Single(side))
    window: NDArray[np.float32] = _Single(0.5) - _Single(0.5) * cosines
    return window


@cache
def mel_filters() -> NDArray[np.float32]:
    """Return the triangular filters [257 bins, 128 bands]: 0-8 kHz, Slaney's scale and norm."""
    edges = _mel_edges()
    filters: NDArray[np.float32] = mel_triangles() * (_Single(2) / (edges[2:] - edges[:-2]))
    return filters


def mel_triangles() -> NDArray[np.float32]:
    """Return the mel filters [257, 128] with a height of one."""
    edges = _mel_edges()
    hertz = np.arange(BINS, dtype=_Single)[:, None] * _Single(SAMPLE_RATE / FFT_SIZE)
    rising = (hertz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hertz) / (edges[2:] - edges[1:-1])
    triangles: NDArray[np.float32] = np.minimum(rising, falling).clip(0)
    return triangles


def _mel_edges() -> NDArray[np.float32]:
    """Return the frequencies in Hz [130] where the filters begin, peak and end."""
    highest = _KNEE_MELS + math.log(SAMPLE_RATE / 2 / _KNEE_HZ) / _NEPERS_A_MEL
    steps = np.arange(MEL_BANDS + 2, dtype=_Single)
    mel = _Single(highest) / steps[-1]
    mels = np.where(steps <= MEL_BANDS // 2, mel * steps, _Single(highest) - mel * steps[::-1])
    nepers = _Single(_NEPERS_A_MEL) * (mels - _Single(_KNEE_MELS))
    above = _Single(_KNEE_HZ) * np.exp(nepers.astype(np.float64)).astype(_Single)
    edges: NDArray[np.float32] = np.where(
        mels < _KNEE_MELS, mels * _Single(_KNEE_HZ / _KNEE_MELS), above
    )
    return edges


def frame_count(samples: int) -> int:
    """Return the number of STFT frames of a signal of `samples` samples."""
    return 1 + samples // HOP


def short_time_spectrum(signal: Array) -> Any:
    """Return the STFT, complex [..., frames, 257], of `signal` [..., n].

    There are as many frames as n, 512 + 128 * (frames - 1) or more, has room for.
    Frame 0 is of the first 512 samples: whoever wants centred frames puts 256 zeros before.
    """
    space = array_namespace(signal)
    hops = signal.shape[-1] // HOP
    cut = space.reshape(signal[..., : hops * HOP], (*signal.shape[:-1], hops, HOP))
    frames = hops + 1 - FFT_SIZE // HOP
    window = like(hann_window(), signal)
    windowed = [
        cut[..., k : k + frames, :] * window[k * HOP : (k + 1) * HOP]
        for k in range(FFT_SIZE // HOP)
    ]
    return space.fft.rfft(space.concat(windowed, axis=-1))


def log_mel_spectrogram(waveform: Array) -> Array:
    """Return the natural logarithm of the mel-weighted STFT magnitude.

    `waveform` is [..., n] at 16 kHz and at the project's speech level; the result is
    [..., 1 + n // 128 frames, 128 bands], in nepers, not below the floor of -10.
    """
    return log_mel_of(centred_magnitude(waveform))


def centred_magnitude(waveform: Array) -> Array:
    """Return the STFT magnitude [..., 1 + n // 128 frames, 257] of `waveform` [..., n]."""
    space = array_namespace(waveform)
    shape = (*waveform.shape[:-1], CONTEXT)
    silence = space.zeros(shape, dtype=waveform.dtype, device=waveform.device)
    magnitude: Array = abs(short_time_spectrum(space.concat([silence, waveform, silence], axis=-1)))
    return magnitude


def piece_magnitude(piece: Piece) -> NDArray[np.float32]:
    """Return the STFT magnitude [frames, 257] of `piece`.

    The pieces' magnitudes in a row are that of the whole, but for the recording's first two frames:
    see `_without_click`.
    """
    padded = np.pad(piece.recorded, (piece.left, piece.right))
    magnitude = np.abs(short_time_spectrum(padded)[: piece.frames])
    return _without_click(magnitude) if piece.left else magnitude


def _without_click(magnitude: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a recording's magnitude [frames, 257] as if it did not begin at its first sample.

    Frames that look past an abrupt beginning see a click, which a latent frame spreads over 32 ms.
    So they get the spectrum of the first frame that lies within, at the power that they have,
    unless they are the louder ones.
    """
    if len(magnitude) <= _FRAMES_ACROSS:
        return magnitude
    beginning, first = magnitude[:_FRAMES_ACROSS], magnitude[_FRAMES_ACROSS]
    powers, power = (np.square(part, dtype=np.float64).sum(-1) for part in (beginning, first))
    share = np.sqrt(powers / max(power, np.finfo(np.float64).tiny))[:, None]
    across = np.where(share <= 1, share.astype(np.float32) * first, beginning)
    return np.concatenate([across, magnitude[_FRAMES_ACROSS:]])


def log_mel_of(magnitude: Array) -> Array:
    """Return the log mel [..., frames, 128] of an STFT magnitude [..., frames, 257]."""
    space = array_namespace(magnitude)
    mel = magnitude @ like(mel_filters(), magnitude)
    log_mel: Array = space.log(at_least(mel, space.finfo(mel.dtype).smallest_normal))
    return at_least(log_mel, FLOOR)
