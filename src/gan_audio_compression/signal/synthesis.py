"""From log mel spectrograms, chunk by chunk, back to one waveform."""

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.analysis import frame_count, log_mel_of
from gan_audio_compression.signal.arrays import Floats, Spectrum, complex_of
from gan_audio_compression.signal.chunks import CONTEXT
from gan_audio_compression.signal.griffin_lim import ITERATIONS, fast_griffin_lim
from gan_audio_compression.signal.loudness_match import Descent, match_loudness
from gan_audio_compression.signal.magnitude import Magnitudes, mel_to_magnitude
from gan_audio_compression.signal.spec import BINS, FFT_SIZE, HOP

HELD_FRAMES = 8
"""Frames that wait for the next chunk of a file: 64 ms."""

FADE = 256
"""Samples over which the estimate with the next chunk takes over from the one without."""

# The Gaussian nearest to a Hann window of L samples has the time-frequency ratio 0.25645 L^2.
_HANN_GAMMA = 0.25645
# Below it, at the speech level, the slope of the log magnitude is that of noise and rounding.
_FAINT_MAGNITUDE = 0.1

Wave = NDArray[np.float32]


class Synthesiser:
    """Turns log mel spectrograms into speech, chunk by chunk, with no audible joins.

    The phase of the magnitudes is found by the fast Griffin-Lim algorithm. The last frames of a
    chunk wait for the next one and are estimated again with it, from the phase they had, while the
    samples given out so far stand in for what they estimate; the two estimates are then crossfaded.

    The iteration blows rounding up: single precision's to another phase, so that the sound depends
    on the machine and the number of threads. Double precision takes twice the time.

    Args:
        magnitudes: gives the magnitudes of what is fed.
        descent: by which the loudness is matched in the end, see `loudness_match`; None for none.
        held: frames that wait for the next ones, because their phase depends on what follows.
        iterations: of the Griffin-Lim algorithm, for all that is fed at once.
        precision: of all that is computed, single or double.

    Attributes:
        frames: that were fed so far.
    """

    def __init__(
        self,
        magnitudes: Magnitudes = mel_to_magnitude,
        descent: Descent | None = None,
        held: int = HELD_FRAMES,
        iterations: int = ITERATIONS,
        precision: type[np.floating] = np.float64,
    ) -> None:
        """Start before the first sample of a recording."""
        self._magnitudes = magnitudes
        self._descent, self._held, self._iterations = descent, held, iterations
        self._precision = precision
        self.frames = 0
        self._gain: Floats = np.zeros((0, 1), precision)
        self._magnitude: Floats = np.zeros((0, BINS), precision)
        self._spectrum: Spectrum = np.zeros((0, BINS), complex_of(precision))
        self._fixed: Floats = np.zeros(CONTEXT, precision)
        self._earlier: Floats = np.zeros(0, precision)

    def feed(self, log_mel: Floats, gains: Floats) -> Wave:
        """Return the samples [n] that are ready when `log_mel` [frames, 128] has come.

        `log_mel` is that of the signal with `gains` [frames, 1] on its frames, the result is the
        signal itself: 128 samples for each frame that was fed, less 128 for each but one that wait.
        A log mel of -inf is exact silence.
        """
        self._append(np.asarray(log_mel, self._precision), np.asarray(gains, self._precision))
        settled = len(self._magnitude) - self._held
        if settled < 0:
            return np.zeros(0, np.float32)
        estimate = self._estimate(HOP * (len(self._magnitude) - 1) + FFT_SIZE)
        # All but the last hop of the first frame that waits: the frames that shape it are settled.
        start, end = HOP * settled, HOP * settled + FFT_SIZE - HOP
        ready = estimate[len(self._fixed) : end]
        self._magnitude, self._spectrum = self._magnitude[settled:], self._spectrum[settled:]
        self._gain = self._gain[settled:]
        self._fixed, self._earlier = estimate[start:end], estimate[end : end + FADE]
        return ready.astype(np.float32)

    def finish(self, samples: int) -> Wave:
        """Return the rest of a recording of `samples` samples, so that all have that length.

        Raises:
            ValueError: the frames that were fed are not those of `samples` samples.
        """
        if self.frames != (frame_count(samples) if samples else 0):
            raise ValueError(
                f"{self.frames} frames were fed, which is not what a recording of {samples} "
                "samples has; feed all of its frames and no other."
            )
        if not samples:
            return np.zeros(0, np.float32)
        buffer_start = HOP * (self.frames - len(self._magnitude)) - CONTEXT
        end = samples - buffer_start
        return self._estimate(end)[len(self._fixed) : end].astype(np.float32)

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Return all that is held of what came, but for what gives the magnitudes."""
        return {
            "frames": np.array(self.frames),
            "gain": self._gain,
            "magnitude": self._magnitude,
            "spectrum": self._spectrum.view(self._precision),
            "fixed": self._fixed,
            "earlier": self._earlier,
        }

    def restore(self, snapshot: Mapping[str, NDArray[Any]]) -> None:
        """Undo `snapshot`."""
        self.frames = int(snapshot["frames"])
        self._gain, self._magnitude = snapshot["gain"], snapshot["magnitude"]
        self._spectrum = snapshot["spectrum"].view(complex_of(self._precision))
        self._fixed, self._earlier = snapshot["fixed"], snapshot["earlier"]

    def _append(self, log_mel: Floats, gains: Floats) -> None:
        magnitude = self._magnitudes(log_mel)
        before = np.angle(self._spectrum[-1]) if self.frames else _low_peak_phase()
        phase = _advancing_phase(magnitude, before)
        self._magnitude = np.concatenate([self._magnitude, magnitude / gains])
        start = magnitude / gains * np.exp(1j * phase)
        self._spectrum = np.concatenate([self._spectrum, start], dtype=self._spectrum.dtype)
        self._gain = np.concatenate([self._gain, gains])
        self.frames += len(magnitude)

    def _estimate(self, end: int) -> Floats:
        """Return the signal that all frames see, zero from `end` on; keep its spectrum."""
        signal, self._spectrum = fast_griffin_lim(
            self._magnitude, self._spectrum, self._fixed, end, self._iterations
        )
        if self._descent:
            log_mel, first = log_mel_of(self._magnitude * self._gain), len(self._fixed)
            signal = match_loudness(signal, log_mel, self._gain, first, end, self._descent)
        faded = signal[len(self._fixed) : end][: len(self._earlier)]
        weight = np.arange(1, len(faded) + 1) / (FADE + 1)
        faded += (1 - weight) * (self._earlier[: len(faded)] - faded)
        return signal


def waveform_from_log_mel(
    log_mel: Floats,
    samples: int,
    magnitudes: Magnitudes = mel_to_magnitude,
    descent: Descent | None = None,
) -> Wave:
    """Return [samples] whose log mel spectrogram is near `log_mel` [1 + samples // 128, 128].

    The waveform that `Synthesiser` makes of one chunk; see there for the arguments.
    """
    if not samples:
        return np.zeros(0, np.float32)
    synthesiser = Synthesiser(magnitudes, descent)
    ready = synthesiser.feed(log_mel, np.ones((len(log_mel), 1)))
    return np.concatenate([ready, synthesiser.finish(samples)])


@cache
def _low_peak_phase() -> Floats:
    """Return the phase [257] that Schroeder (1970) gives a flat spectrum, to spread its energy."""
    return math.pi / BINS * np.arange(BINS, dtype=np.float64) ** 2 % (2 * math.pi)


def _advancing_phase(magnitude: Floats, before: Floats) -> Floats:
    """Return a phase [frames, 257] in which each bin goes on, after `before` [257], at its pace.

    The pace is the bin's centre frequency, drawn towards the peak beside it by the slope of the
    log magnitude (Prusa, Balazs, Soendergaard, 2017), at the project's speech level.
    """
    log_magnitude = np.log(magnitude + _FAINT_MAGNITUDE)
    slope = np.pad(log_magnitude[:, 2:] - log_magnitude[:, :-2], ((0, 0), (1, 1))) / 2
    centre = 2 * math.pi * HOP / FFT_SIZE * np.arange(BINS)
    pace = centre + HOP / (_HANN_GAMMA * FFT_SIZE) * slope
    phase: Floats = (before + pace.cumsum(0)) % (2 * math.pi)
    return phase
