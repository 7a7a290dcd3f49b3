"""Short-time objective intelligibility, plain (Taal, 2011) and extended (Jensen and Taal, 2016)."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from pystoi import stoi

from gan_audio_compression.evaluation.measure import MetricError, Scores, Wave
from gan_audio_compression.signal.spec import SAMPLE_RATE

# 30 frames of 256 samples every 128 at 10 kHz.
_SHORTEST = 0.4


def plain_stoi(reference: Wave, decoded: Wave) -> Scores:
    """`stoi`.

    Raises:
        MetricError: if less than 0.4 s of the reference is not silent.
    """
    return {"stoi": _stoi(reference, decoded, extended=False)}


def extended_stoi(reference: Wave, decoded: Wave) -> Scores:
    """`estoi`; see `plain_stoi` for the errors."""
    return {"estoi": _stoi(reference, decoded, extended=True)}


def _stoi(reference: Wave, decoded: Wave, *, extended: bool) -> float:
    name = "ESTOI" if extended else "STOI"
    too_short = MetricError(
        f"{name} needs {_SHORTEST} s that are not silent; choose a longer utterance."
    )
    if len(reference) < _SHORTEST * SAMPLE_RATE:
        raise too_short
    with warnings.catch_warnings(), _fixed_dither():
        # The library only warns, and returns a number that looks like a score.
        warnings.filterwarnings("error", "Not enough STFT frames", RuntimeWarning)
        try:
            return float(stoi(reference, decoded, SAMPLE_RATE, extended=extended))
        except RuntimeWarning:
            raise too_short from None


@contextmanager
def _fixed_dither() -> Iterator[None]:
    """pystoi dithers ESTOI from NumPy's global generator: fix it here, and put it back after."""
    state = np.random.get_state()
    np.random.seed(0)
    try:
        yield
    finally:
        np.random.set_state(state)
