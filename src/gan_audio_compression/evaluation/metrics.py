"""Objective measures of decoded speech against the original.

Every measure takes a reference and a decoded wave: 16 kHz mono float arrays of one length.

| name             | measure                                                | best |
|------------------|--------------------------------------------------------|------|
| pesq_raw         | PESQ before mapping, P.862                             | 4.50 |
| pesq_nb          | PESQ narrow band at 8 kHz, MOS-LQO of P.862.1          | 4.55 |
| pesq_wb          | PESQ wide band at 16 kHz, MOS-LQO of P.862.2           | 4.64 |
| stoi             | short-time objective intelligibility (Taal, 2011)      | 1    |
| estoi            | extended STOI (Jensen and Taal, 2016)                  | 1    |
| visqol           | ViSQOL, speech mode, MOS-LQO (Chinen and others, 2020) | 5    |
| log_mel_distance | mean absolute difference of the log mels, dB           | 0    |
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gan_audio_compression.evaluation.intelligibility import extended_stoi, plain_stoi
from gan_audio_compression.evaluation.measure import MetricError, Scores, Wave
from gan_audio_compression.evaluation.mel_distance import log_mel_distance
from gan_audio_compression.evaluation.pesq_measures import (
    narrow_band_pesq,
    pesq_raw_from_nb,
    wide_band_pesq,
)
from gan_audio_compression.evaluation.visqol_measure import speech_visqol
from gan_audio_compression.signal.spec import SAMPLE_RATE

__all__ = [
    "METRICS",
    "SAMPLE_RATE",
    "Metric",
    "MetricError",
    "Wave",
    "pesq_raw_from_nb",
    "score_utterance",
]


@dataclass(frozen=True)
class Metric:
    """How to show a measure.

    Attributes:
        label: its name for a reader, with its unit if it has one.
        higher_is_better: False for a distance.
    """

    label: str
    higher_is_better: bool = True


METRICS: Mapping[str, Metric] = {
    "pesq_raw": Metric("PESQ raw (P.862)"),
    "pesq_nb": Metric("PESQ NB (P.862.1)"),
    "pesq_wb": Metric("PESQ WB (P.862.2)"),
    "stoi": Metric("STOI"),
    "estoi": Metric("ESTOI"),
    "visqol": Metric("ViSQOL (speech)"),
    "log_mel_distance": Metric("Log-mel distance (dB)", higher_is_better=False),
}
"""Each measure by its name, in the order of tables."""

_MEASURES: tuple[Callable[[Wave, Wave], Scores], ...] = (
    narrow_band_pesq,
    wide_band_pesq,
    plain_stoi,
    extended_stoi,
    speech_visqol,
    log_mel_distance,
)


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
    for measure in _MEASURES:
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
        # Beyond single precision, sums of squares would not be finite.
        if not (np.abs(wave) <= np.finfo(np.float32).max).all():
            raise MetricError(f"The {name} has samples that are not finite; decode it again.")
        if not np.diff(wave).any():
            raise MetricError(
                f"The {name} is silent: its samples are all equal; leave the utterance out."
            )
