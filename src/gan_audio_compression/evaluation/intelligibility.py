"""Short-time objective intelligibility, plain (Taal, 2011) and extended (Jensen and Taal, 2016)."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from pystoi import stoi

from gan_audio_compression.evaluation.measure import (
    Metric,
    MetricError,
    Scores,
    Wave,
    package_version,
)
from gan_audio_compression.signal.spec import SAMPLE_RATE

# 30 frames of 256 samples every 128 at 10 kHz.
_SHORTEST = 0.4


@dataclass(frozen=True)
class Stoi:
    """`stoi`, or `estoi` where it is extended; both are 1 at best.

    Attributes:
        extended: whether it also holds for noise that comes and goes.
    """

    extended: bool = False

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """See `Measure.metrics`."""
        label = self._label
        return {label.lower(): Metric(label, in_summary=self.extended, digits=3)}

    @property
    def version(self) -> str:
        """See `Measure.version`."""
        return package_version("pystoi")

    def score(self, reference: Wave, decoded: Wave) -> Scores:
        """See `Measure.score`.

        Raises:
            MetricError: if less than 0.4 s of the reference is not silent.
        """
        label = self._label
        too_short = MetricError(
            f"{label} needs {_SHORTEST} s that are not silent; choose a longer utterance."
        )
        if len(reference) < _SHORTEST * SAMPLE_RATE:
            raise too_short
        with warnings.catch_warnings(), _fixed_dither():
            # The library only warns, and returns a number that looks like a score.
            warnings.filterwarnings("error", "Not enough STFT frames", RuntimeWarning)
            try:
                value = stoi(reference, decoded, SAMPLE_RATE, extended=self.extended)
            except RuntimeWarning:
                raise too_short from None
        return {label.lower(): float(value)}

    @property
    def _label(self) -> str:
        return "ESTOI" if self.extended else "STOI"


@contextmanager
def _fixed_dither() -> Iterator[None]:
    """pystoi dithers ESTOI from NumPy's global generator: fix it here, and put it back after."""
    state = np.random.get_state()
    np.random.seed(0)
    try:
        yield
    finally:
        np.random.set_state(state)
