"""From log mel spectrograms, chunk by chunk, back to one waveform."""

import math
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

from gan_audio_compression.signal.analysis import (
    frame_count,
    hann_window,
    log_mel_of,
    short_time_spectrum,
)
from gan_audio_compression.signal.chunks import CONTEXT
from gan_audio_compression.signal.loudness_match import match_loudness
from gan_audio_compression.signal.magnitude import Magnitudes, mel_to_magnitude
from gan_audio_compression.signal.overlap import overlap_add, overlap_gain
from gan_audio_compression.signal.spec import FFT_SIZE, HOP
from gan_audio_compression.signal.torch_state import own_torch_state

GRIFFIN_LIM_ITERATIONS = 64
GRIFFIN_LIM_MOMENTUM = 0.99

HELD_FRAMES = 8
"""Frames that wait for the next chunk, because their phase depends on what follows: 64 ms."""

FADE = 256
"""Samples over which the estimate with the next chunk takes over from the one without."""

# A bin c of a consistent spectrum is scaled by M sqrt(2) / sqrt(|c|^2 + M^2), which agrees with
# the usual M / |c| where |c| = M, but does not turn the last bit of a c near zero into a phase.
_SOFTNESS = 1.0
# The Gaussian nearest to a Hann window of L samples has the time-frequency ratio 0.25645 L^2.
_HANN_GAMMA = 0.25645
# Below it, at the speech level, the slope of the log magnitude is that of noise and rounding.
_FAINT_MAGNITUDE = 0.1
_SMALLEST_POWER = 1e-20


class Synthesiser:
    """Turns log mel spectrograms into speech, chunk by chunk, with no audible joins.

    The phase of the magnitudes is found by the fast Griffin-Lim algorithm
    (Perraudin, Balazs, Soendergaard, 2013). The last frames of a chunk wait for the next one and
    are estimated again with it, from the phase they had, while the samples given out so far stand
    in for what they estimate; the two estimates are then crossfaded.

    All is computed in double precision: the iteration blows rounding up, single precision's up to
    another phase, so that the sound would depend on the machine and the number of threads.

    Args:
        magnitudes: gives the magnitudes of what is fed.
        match: whether the loudness of the waveform is matched in the end, see `loudness_match`.
    """

    def __init__(self, magnitudes: Magnitudes = mel_to_magnitude, match: bool = False) -> None:
        """Start before the first sample of a recording."""
        self._magnitudes = magnitudes
        self._match = match
        self._frames = 0
        self._gain = torch.zeros(0, 1, dtype=torch.float64)
        self._magnitude = torch.zeros(0, FFT_SIZE // 2 + 1, dtype=torch.float64)
        self._spectrum = torch.zeros(0, FFT_SIZE // 2 + 1, dtype=torch.complex128)
        self._fixed = torch.zeros(CONTEXT, dtype=torch.float64)
        self._earlier = torch.zeros(0, dtype=torch.float64)

    @torch.no_grad()
    def feed(self, log_mel: Tensor, gains: Tensor) -> Tensor:
        """Return the samples [n] that are ready when `log_mel` [frames, 128] has come.

        `log_mel` is that of the signal with `gains` [frames, 1] on its frames, the result is the
        signal itself: 128 samples for each frame that was fed, less 896 that wait. A log mel of
        -inf is exact silence.
        """
        self._append(log_mel.double(), gains)
        settled = len(self._magnitude) - HELD_FRAMES
        if settled <= 0:
            return torch.zeros(0)
        estimate = self._estimate(HOP * (len(self._magnitude) - 1) + FFT_SIZE)
        # All but the last hop of the first frame that waits: the frames that shape it are settled.
        start, end = HOP * settled, HOP * settled + FFT_SIZE - HOP
        ready = estimate[len(self._fixed) : end]
        self._magnitude, self._spectrum = self._magnitude[settled:], self._spectrum[settled:]
        self._gain = self._gain[settled:]
        self._fixed, self._earlier = estimate[start:end], estimate[end : end + FADE]
        return ready.float()

    @torch.no_grad()
    def finish(self, samples: int) -> Tensor:
        """Return the rest of a recording of `samples` samples, so that all have that length.

        Raises:
            ValueError: the frames that were fed are not those of `samples` samples.
        """
        if self._frames != (frame_count(samples) if samples else 0):
            raise ValueError(
                f"{self._frames} frames were fed, which is not what a recording of {samples} "
                "samples has; feed all of its frames and no other."
            )
        if not samples:
            return torch.zeros(0)
        buffer_start = HOP * (self._frames - len(self._magnitude)) - CONTEXT
        end = samples - buffer_start
        return self._estimate(end)[len(self._fixed) : end].float()

    def _append(self, log_mel: Tensor, gains: Tensor) -> None:
        device = log_mel.device
        magnitude = self._magnitudes(log_mel)
        before = self._spectrum[-1].angle() if self._frames else _low_peak_phase()
        phase = _advancing_phase(magnitude, before.to(device))
        gains = gains.to(magnitude)
        self._magnitude = torch.cat([self._magnitude.to(device), magnitude / gains])
        start = torch.polar(magnitude / gains, phase)
        self._spectrum = torch.cat([self._spectrum.to(device), start])
        self._gain = torch.cat([self._gain.to(device), gains])
        self._fixed, self._earlier = self._fixed.to(device), self._earlier.to(device)
        self._frames += len(magnitude)

    def _estimate(self, end: int) -> Tensor:
        """Return the signal that all frames see, zero from `end` on; keep its spectrum."""
        signal, self._spectrum = _fast_griffin_lim(
            self._magnitude, self._spectrum, self._fixed, end
        )
        if self._match:
            log_mel = log_mel_of(self._magnitude * self._gain)
            signal = match_loudness(signal, log_mel, self._gain, len(self._fixed), end)
        fade = torch.arange(1, FADE + 1).to(signal) / (FADE + 1)
        faded = signal[len(self._fixed) : end][: len(self._earlier)]
        weight = fade[: len(faded)]
        faded.lerp_(self._earlier[: len(faded)], 1 - weight)
        return signal


def waveform_from_log_mel(
    log_mel: Tensor,
    samples: int,
    magnitudes: Magnitudes = mel_to_magnitude,
    match: bool = False,
) -> Tensor:
    """Return [samples] whose log mel spectrogram is near `log_mel` [1 + samples // 128, 128].

    The waveform that `Synthesiser` makes of one chunk; see there for the arguments.
    """
    if not samples:
        return log_mel.new_zeros(0)
    synthesiser = Synthesiser(magnitudes, match)
    return torch.cat(
        [synthesiser.feed(log_mel, log_mel.new_ones(len(log_mel), 1)), synthesiser.finish(samples)]
    )


@cache
@own_torch_state()
def _low_peak_phase() -> Tensor:
    """Return the phase [257] that Schroeder (1970) gives a flat spectrum, to spread its energy."""
    bins = torch.arange(FFT_SIZE // 2 + 1, dtype=torch.float64)
    return (math.pi / len(bins) * bins.square()).remainder(2 * math.pi)


def _advancing_phase(magnitude: Tensor, before: Tensor) -> Tensor:
    """Return a phase [frames, 257] in which each bin goes on, after `before` [257], at its pace.

    The pace is the bin's centre frequency, drawn towards the peak beside it by the slope of the
    log magnitude (Prusa, Balazs, Soendergaard, 2017), at the project's speech level.
    """
    bins = torch.arange(FFT_SIZE // 2 + 1, dtype=torch.float64, device=magnitude.device)
    log_magnitude = (magnitude + _FAINT_MAGNITUDE).log()
    slope = functional.pad(log_magnitude[:, 2:] - log_magnitude[:, :-2], (1, 1)) / 2
    pace = 2 * math.pi * HOP / FFT_SIZE * bins + HOP / (_HANN_GAMMA * FFT_SIZE) * slope
    return (before + pace.cumsum(0)).remainder(2 * math.pi)


def _fast_griffin_lim(
    magnitude: Tensor, spectrum: Tensor, fixed: Tensor, end: int
) -> tuple[Tensor, Tensor]:
    """Return a signal with nearly the STFT `magnitude` [frames, 257], and the last `spectrum`.

    The iteration starts from `spectrum`, and before each STFT the signal's first samples are set
    to `fixed` and those from `end` on to zero.
    """
    gain = overlap_gain(len(magnitude)).to(magnitude)
    scale = magnitude * math.sqrt(1.0 + _SOFTNESS**2)
    softening = (_SOFTNESS * magnitude).square() + _SMALLEST_POWER
    previous = None
    for _ in range(GRIFFIN_LIM_ITERATIONS):
        consistent = short_time_spectrum(_signal(spectrum, gain, fixed, end))
        spectrum = consistent
        if previous is not None:
            spectrum = consistent + GRIFFIN_LIM_MOMENTUM * (consistent - previous)
        previous = consistent
        power = spectrum.real.square() + spectrum.imag.square()
        spectrum = spectrum * (scale * (power + softening).rsqrt())
    return _signal(spectrum, gain, fixed, end), spectrum


def _signal(spectrum: Tensor, gain: Tensor, fixed: Tensor, end: int) -> Tensor:
    frames = torch.fft.irfft(spectrum, FFT_SIZE) * hann_window().to(spectrum.real)
    signal = overlap_add(frames) * gain
    signal[: len(fixed)] = fixed
    signal[end:] = 0.0
    return signal
