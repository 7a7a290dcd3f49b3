"""Brings the stimuli of a trial to one loudness (ITU-R BS.1770-4)."""

import math
from collections.abc import Mapping

import numpy as np
import pyloudnorm
from numpy.typing import NDArray

from gan_audio_compression.listening.errors import ListeningTestError
from gan_audio_compression.signal.spec import SAMPLE_RATE

Wave = NDArray[np.float32]

# Below full scale, so that no converter clips between the samples.
_HIGHEST_PEAK_DB = -1.0
# The block over which BS.1770 measures.
_BLOCK_SECONDS = 0.4
# Of the library's filters the one nearest to the standard's: within 0.15 dB at 16 kHz.
_FILTER = "DeMan"


def aligned_loudness(waves: Mapping[str, Wave], lufs: float) -> dict[str, tuple[Wave, float]]:
    """Each wave at the loudness `lufs`, and the gain in dB that brought it there.

    Where a peak would come within 1 dB of full scale, all waves are made softer by as much: they
    stay equally loud.

    Args:
        waves: speech [n] at 16 kHz by what it is.

    Raises:
        ListeningTestError: a wave is shorter than 0.4 s or silent.
    """
    gains = {name: lufs - _loudness(name, wave) for name, wave in waves.items()}
    peaks = [
        gains[name] + 20 * math.log10(float(np.abs(wave).max())) for name, wave in waves.items()
    ]
    surplus = max(0.0, max(peaks) - _HIGHEST_PEAK_DB)
    return {
        name: (wave * np.float32(10 ** ((gains[name] - surplus) / 20)), gains[name] - surplus)
        for name, wave in waves.items()
    }


def _loudness(name: str, wave: Wave) -> float:
    seconds = len(wave) / SAMPLE_RATE
    peak = float(np.abs(wave).max(initial=0.0))
    loudness = -math.inf
    if seconds >= _BLOCK_SECONDS and peak > 0:
        # At its full level, as the absolute gate of the standard takes soft speech for silence.
        meter = pyloudnorm.Meter(SAMPLE_RATE, filter_class=_FILTER)
        loudness = meter.integrated_loudness(wave / peak) + 20 * math.log10(peak)
    if not math.isfinite(loudness):
        raise ListeningTestError(
            f"{name} has no loudness ({seconds:.2f} s, peak {peak:.3g}); choose other utterances."
        )
    return float(loudness)
