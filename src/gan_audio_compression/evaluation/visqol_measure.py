"""ViSQOL in speech mode (Hines and others, 2015; Chinen and others, 2020)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import sosfilt
from visqol.alignment import globally_align
from visqol.analysis_window import AnalysisWindow
from visqol.audio_utils import AudioSignal
from visqol.gammatone import GammatoneSpectrogramBuilder, Spectrogram, make_erb_filters
from visqol.patch_creator import VadPatchCreator
from visqol.quality_mapper import SpeechSimilarityToQualityMapper
from visqol.visqol_core import VisqolCore
from visqol.visqol_manager import MINIMUM_FREQ, NUM_BANDS_SPEECH, OVERLAP, PATCH_SIZE_SPEECH

from gan_audio_compression.evaluation.measure import (
    Metric,
    Scores,
    Wave,
    at_speech_level,
    check_length,
    package_version,
)
from gan_audio_compression.signal.spec import SAMPLE_RATE

# One patch of 20 frames, which starts after the first 9, of windows of 80 ms every 20 ms.
_SHORTEST = 0.64
# The memory of the library's patch search grows with the square of the length.
_LONGEST = 60.0
# What is found later or earlier than this is no delay of a codec but a false match.
_LARGEST_DELAY = 0.2
# In patches of 0.4 s: where the counterpart of a patch is looked for, both ways.
_SEARCH_WINDOW = 2


@dataclass(frozen=True)
class Visqol:
    """`visqol`: MOS-LQO by the exponential mapping of speech mode, 1 to 5, 5 for equal waves.

    Both waves are brought to the project's speech level first: the noise floor of ViSQOL is
    absolute, so that weak speech would get better scores. A delay of up to 0.2 s costs nothing.
    The lattice mapping, the other one of speech mode, gives far lower scores.
    """

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """See `Measure.metrics`."""
        return {"visqol": Metric("ViSQOL (speech)")}

    @property
    def version(self) -> str:
        """See `Measure.version`."""
        return package_version("visqol-python")

    def score(self, reference: Wave, decoded: Wave) -> Scores:
        """See `Measure.score`.

        Raises:
            MetricError: if the waves are shorter than 0.64 s, longer than 60 s or too weak for
                their level.
        """
        check_length(reference, "ViSQOL", _SHORTEST, _LONGEST)
        original = AudioSignal(at_speech_level(reference, "reference"), SAMPLE_RATE)
        degraded = AudioSignal(at_speech_level(decoded, "decoded wave"), SAMPLE_RATE)
        aligned, delay = globally_align(original, degraded)
        # Silent stretches give variances of about zero, of either sign.
        with np.errstate(invalid="ignore"):
            result = VisqolCore().calculate_similarity(
                original,
                aligned if abs(delay) <= _LARGEST_DELAY else degraded,
                _GammatoneSpectrogram(NUM_BANDS_SPEECH, MINIMUM_FREQ, speech_mode=True),
                AnalysisWindow(SAMPLE_RATE, OVERLAP),
                VadPatchCreator(PATCH_SIZE_SPEECH),
                _SEARCH_WINDOW,
                SpeechSimilarityToQualityMapper(),
            )
        return {"visqol": result.moslqo}


class _GammatoneSpectrogram(GammatoneSpectrogramBuilder):
    """The library's spectrogram, several times as fast: all frames pass a filter in one call."""

    def build(self, signal: AudioSignal, window: AnalysisWindow) -> Spectrogram:
        """Return the root mean square of every frame behind every filter, [bands, frames].

        Raises:
            ValueError: if there is not one frame; the library then leaves its patch unaligned.
        """
        if len(signal) <= window.size:
            raise ValueError(f"{len(signal)} samples are no frame of {window.size}.")
        frames = np.lib.stride_tricks.sliding_window_view(signal.data, window.size)
        frames = frames[:: window.hop_size] * window.hann_window
        powers = [np.square(sosfilt(band, frames)).mean(axis=1) for band in _gammatone_filters()]
        return Spectrogram(np.sqrt(powers))


@cache
def _gammatone_filters() -> NDArray[np.float64]:
    """Second-order sections of the filters from low to high frequency, [bands, 4, 6]."""
    filters = make_erb_filters(SAMPLE_RATE, NUM_BANDS_SPEECH, MINIMUM_FREQ, SAMPLE_RATE / 2)
    b0, *four_b1, b2, a0, a1, a2, gain = filters.filter_coeffs[:, ::-1]
    sections = np.array([[b0, b1, b2, a0, a1, a2] for b1 in four_b1])
    sections[0, :3] /= gain
    return np.ascontiguousarray(np.moveaxis(sections, -1, 0))
