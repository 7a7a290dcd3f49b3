"""Objective measures of decoded speech against the original.

Every measure takes a reference and a decoded wave: 16 kHz mono float arrays of one length.

| name      | measure                                             | best |
|-----------|-----------------------------------------------------|------|
| pesq_raw  | PESQ before mapping, P.862                          | 4.50 |
| pesq_nb   | PESQ narrow band at 8 kHz, MOS-LQO of P.862.1       | 4.55 |
| pesq_wb   | PESQ wide band at 16 kHz, MOS-LQO of P.862.2        | 4.64 |
| stoi      | short-time objective intelligibility (Taal, 2011)   | 1    |
| estoi     | extended STOI (Jensen and Taal, 2016)               | 1    |
"""

import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from pesq import PesqError, pesq
from pystoi import stoi
from scipy.signal import resample_poly

from gan_audio_compression.errors import GanAudioCompressionError

Wave = NDArray[np.floating]
Scores = dict[str, float]
Measure = Callable[[Wave, Wave], Scores]

SAMPLE_RATE = 16_000
_NARROW_BAND_RATE = 8_000
_PESQ_RAW_CEILING = 4.5
_PESQ_SHORTEST = 0.25
# The reference code has tables for fewer than 50 talk spurts and crashes the process when it
# overruns them; speech of this length has far fewer.
_PESQ_LONGEST = 30.0
# 30 frames of 256 samples every 128 at 10 kHz.
_STOI_SHORTEST = 0.4


class MetricError(GanAudioCompressionError):
    """A measure is not defined for these two waves."""


def pesq_raw_from_nb(mos_lqo: float) -> float:
    """The raw PESQ score whose P.862.1 mapping is `mos_lqo`, at most 4.5.

    Inverts y = 0.999 + 4 / (1 + exp(-1.4945 x + 4.6607)), equation 1 of P.862.1.
    """
    raw = (4.6607 - math.log((4.999 - mos_lqo) / (mos_lqo - 0.999))) / 1.4945
    return min(raw, _PESQ_RAW_CEILING)


def _narrow_band_pesq(reference: Wave, decoded: Wave) -> Scores:
    mos_lqo = _pesq(reference, decoded, _NARROW_BAND_RATE, "nb")
    return {"pesq_raw": pesq_raw_from_nb(mos_lqo), "pesq_nb": mos_lqo}


def _wide_band_pesq(reference: Wave, decoded: Wave) -> Scores:
    return {"pesq_wb": _pesq(reference, decoded, SAMPLE_RATE, "wb")}


def _stoi(reference: Wave, decoded: Wave) -> Scores:
    return {"stoi": _intelligibility(reference, decoded, extended=False)}


def _estoi(reference: Wave, decoded: Wave) -> Scores:
    return {"estoi": _intelligibility(reference, decoded, extended=True)}


# Raw and narrow-band PESQ come from one computation.
_MEASURES: dict[tuple[str, ...], Measure] = {
    ("pesq_raw", "pesq_nb"): _narrow_band_pesq,
    ("pesq_wb",): _wide_band_pesq,
    ("stoi",): _stoi,
    ("estoi",): _estoi,
}


def _metric(measure: Measure, name: str) -> Callable[[Wave, Wave], float]:
    def metric(reference: Wave, decoded: Wave) -> float:
        _check(reference, decoded)
        return measure(reference, decoded)[name]

    return metric


METRICS: dict[str, Callable[[Wave, Wave], float]] = {
    name: _metric(measure, name) for names, measure in _MEASURES.items() for name in names
}
"""Each measure by its name; raises MetricError where it is not defined."""


def score_utterance(reference: Wave, decoded: Wave) -> dict[str, float | str | None]:
    """All measures of one decoded utterance, by name, and "reason".

    A measure that cannot be computed is NaN, and "reason" says why; the others are still
    given. "reason" is None where none failed.
    """
    scores: dict[str, float | str | None] = dict.fromkeys(METRICS, math.nan)
    reasons: list[str] = []
    try:
        _check(reference, decoded)
    except MetricError as error:
        return scores | {"reason": str(error)}
    for measure in _MEASURES.values():
        try:
            scores |= measure(reference, decoded)
        except MetricError as error:
            reasons.append(str(error))
    return scores | {"reason": " ".join(dict.fromkeys(reasons)) or None}


def _check(reference: Wave, decoded: Wave) -> None:
    """Raise MetricError where no measure makes sense."""
    if reference.ndim != 1 or reference.shape != decoded.shape:
        raise MetricError(
            f"The reference has shape {reference.shape} and the decoded wave {decoded.shape};"
            " give two mono waves of one length."
        )
    for name, wave in (("reference", reference), ("decoded wave", decoded)):
        if not np.isfinite(wave).all():
            raise MetricError(f"The {name} has samples that are not finite; decode it again.")
        if not wave.any():
            raise MetricError(f"The {name} is silent; leave the utterance out.")


def _pesq(reference: Wave, decoded: Wave, sample_rate: int, mode: str) -> float:
    """MOS-LQO from the reference code of P.862, "nb" or "wb"."""
    name = f"PESQ {mode.upper()}"
    seconds = len(reference) / SAMPLE_RATE
    if not _PESQ_SHORTEST <= seconds <= _PESQ_LONGEST:
        raise MetricError(
            f"{name} needs {_PESQ_SHORTEST} to {_PESQ_LONGEST:.0f} s and the utterance has"
            f" {seconds:.2f} s; choose another or cut it."
        )
    try:
        score = pesq(
            sample_rate,
            resample_poly(reference, sample_rate, SAMPLE_RATE),
            resample_poly(decoded, sample_rate, SAMPLE_RATE),
            mode,
        )
    except (PesqError, ValueError) as error:
        raise MetricError(f"{name} cannot be computed: {_text(error)}.") from error
    return float(score)


def _text(error: Exception) -> str:
    """The message of an error; those of the pesq package are bytes."""
    message = error.args[0] if error.args else type(error).__name__
    return message.decode() if isinstance(message, bytes) else str(message)


def _intelligibility(reference: Wave, decoded: Wave, *, extended: bool) -> float:
    name = "ESTOI" if extended else "STOI"
    too_short = MetricError(
        f"{name} needs {_STOI_SHORTEST} s that are not silent; choose a longer utterance."
    )
    if len(reference) < _STOI_SHORTEST * SAMPLE_RATE:
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
