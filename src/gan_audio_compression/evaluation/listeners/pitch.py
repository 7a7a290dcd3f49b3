"""Errors of the fundamental frequency and of voicing, by probabilistic YIN (Mauch, Dixon, 2014)."""

import getpass
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from gan_audio_compression.evaluation.listeners.heard_once import heard_once
from gan_audio_compression.evaluation.listeners.packages import extra_module
from gan_audio_compression.evaluation.measure import (
    Metric,
    MetricError,
    Scores,
    Wave,
    check_length,
    package_version,
)
from gan_audio_compression.signal.spec import SAMPLE_RATE

_LOWEST_HERTZ, _HIGHEST_HERTZ = 60.0, 500.0
_WINDOW, _HOP = 1024, 160
_SHORTEST, _LONGEST = 0.2, 60.0
_CENTS = 1200.0


@dataclass(frozen=True)
class Pitch:
    """`f0_error`, root mean square in cents where both waves are voiced, and `voicing_error`.

    The voicing error is the share of frames of 10 ms, in percent, that are voiced in one of the
    two waves alone (VDE of Nakatani and others, 2008).
    """

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """See `Measure.metrics`."""
        return {
            "f0_error": Metric("F0 error (cents)", higher_is_better=False, digits=0),
            "voicing_error": Metric("Voicing errors (%)", higher_is_better=False, digits=1),
        }

    @property
    def version(self) -> str:
        """See `Measure.version`."""
        return package_version("librosa")

    def score(self, reference: Wave, decoded: Wave) -> Scores:
        """See `Measure.score`.

        Raises:
            MetricError: the waves are shorter than 0.2 s, longer than 60 s, or no frame is voiced
                in both.
        """
        check_length(reference, "The F0 error", _SHORTEST, _LONGEST)
        original, coded = (_pitch(wave.astype(np.float32)) for wave in (reference, decoded))
        cents = (coded - original)[~np.isnan(original) & ~np.isnan(coded)]
        if not len(cents):
            raise MetricError("No frame is voiced in both waves; leave the utterance out.")
        return {
            "f0_error": float(np.sqrt(np.mean(cents**2))),
            "voicing_error": 100 * float(np.mean(np.isnan(original) != np.isnan(coded))),
        }


@heard_once
def _pitch(wave: Wave) -> NDArray[np.float64]:
    """Return the fundamental [frames] in cents, NaN where a wave is not voiced."""
    cents: NDArray[np.float64] = _CENTS * np.log2(_hertz(compiled_librosa(), wave))
    return cents


@cache
def compiled_librosa() -> Any:
    """Return librosa when numba has compiled what is called of it, in one process at a time.

    Two that compile at once mix up the files that numba keeps of it, and whoever loads those
    crashes.
    """
    librosa = extra_module("librosa", "The F0 error")
    lock = Path(tempfile.gettempdir()) / f"gan_audio_compression_{getpass.getuser()}.lock"
    with FileLock(lock):
        _hertz(librosa, np.sin(np.arange(4 * _WINDOW, dtype=np.float32) / 20))
    return librosa


def _hertz(librosa: Any, wave: Wave) -> NDArray[np.float64]:
    hertz, _, _ = librosa.pyin(
        wave,
        fmin=_LOWEST_HERTZ,
        fmax=_HIGHEST_HERTZ,
        sr=SAMPLE_RATE,
        frame_length=_WINDOW,
        hop_length=_HOP,
    )
    found: NDArray[np.float64] = hertz
    return found
