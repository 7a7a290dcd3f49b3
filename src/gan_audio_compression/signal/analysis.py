"""From a waveform to its log mel spectrogram."""

from functools import cache

import torch
import torchaudio.functional as audio
from torch import Tensor
from torch.nn import functional

from gan_audio_compression.signal.chunks import CONTEXT, Piece
from gan_audio_compression.signal.spec import FFT_SIZE, FLOOR, HOP, MEL_BANDS, SAMPLE_RATE
from gan_audio_compression.signal.torch_state import own_torch_state

# Frames of a recording that also look at what would precede it.
_FRAMES_ACROSS = CONTEXT // HOP


@cache
@own_torch_state()
def hann_window() -> Tensor:
    """Return the periodic Hann window of the STFT, [512]."""
    return torch.hann_window(FFT_SIZE)


@cache
@own_torch_state()
def mel_filters() -> Tensor:
    """Return the triangular filters [257 bins, 128 bands]: 0-8 kHz, Slaney's scale and norm."""
    filters: Tensor = audio.melscale_fbanks(
        FFT_SIZE // 2 + 1, 0.0, SAMPLE_RATE / 2, MEL_BANDS, SAMPLE_RATE, "slaney", "slaney"
    )
    return filters


def frame_count(samples: int) -> int:
    """Return the number of STFT frames of a signal of `samples` samples."""
    return 1 + samples // HOP


def short_time_spectrum(signal: Tensor) -> Tensor:
    """Return the STFT [..., frames, 257] of `signal` [..., n], n 512 + 128 * (frames - 1) or more.

    Frame 0 is of the first 512 samples: whoever wants centred frames puts 256 zeros before.
    """
    frames = signal.unfold(-1, FFT_SIZE, HOP)
    spectrum: Tensor = torch.fft.rfft(frames * hann_window().to(signal))
    return spectrum


def log_mel_spectrogram(waveform: Tensor) -> Tensor:
    """Return the natural logarithm of the mel-weighted STFT magnitude.

    `waveform` is [..., n] at 16 kHz and at the project's speech level; the result is
    [..., 1 + n // 128 frames, 128 bands], in nepers, not below the floor of -10.
    """
    return log_mel_of(centred_magnitude(waveform))


def centred_magnitude(waveform: Tensor) -> Tensor:
    """Return the STFT magnitude [..., 1 + n // 128 frames, 257] of `waveform` [..., n]."""
    return short_time_spectrum(functional.pad(waveform, (CONTEXT, CONTEXT))).abs()


def piece_magnitude(piece: Piece) -> Tensor:
    """Return the STFT magnitude [frames, 257] of `piece`.

    The pieces' magnitudes in a row are that of the whole, but for the recording's first two frames:
    see `_without_click`.
    """
    padded = functional.pad(torch.from_numpy(piece.recorded), (piece.left, piece.right))
    magnitude = short_time_spectrum(padded).abs()[: piece.frames]
    return _without_click(magnitude) if piece.left else magnitude


def _without_click(magnitude: Tensor) -> Tensor:
    """Return a recording's magnitude [frames, 257] as if it did not begin at its first sample.

    Frames that look past an abrupt beginning see a click, which a latent frame spreads over 32 ms.
    So they get the spectrum of the first frame that lies within, at the power that they have,
    unless they are the louder ones.
    """
    if len(magnitude) <= _FRAMES_ACROSS:
        return magnitude
    power = magnitude.double().square().sum(1)
    first = power[_FRAMES_ACROSS]
    share = (power[:_FRAMES_ACROSS] / first.clamp_min(torch.finfo(power.dtype).tiny)).sqrt()
    within = share[:, None].to(magnitude) * magnitude[_FRAMES_ACROSS]
    across = torch.where(share[:, None] <= 1, within, magnitude[:_FRAMES_ACROSS])
    return torch.cat([across, magnitude[_FRAMES_ACROSS:]])


def log_mel_of(magnitude: Tensor) -> Tensor:
    """Return the log mel [..., frames, 128] of an STFT magnitude [..., frames, 257]."""
    mel = magnitude @ mel_filters().to(magnitude)
    return mel.clamp_min(torch.finfo(mel.dtype).tiny).log().clamp_min(FLOOR)
