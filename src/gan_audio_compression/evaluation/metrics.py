"""Objective measures of decoded speech against the original.

This project's own measures give:

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
from collections.abc import Iterable, Sequence

import numpy as np

from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.evaluation.intelligibility import Stoi
from gan_audio_compression.evaluation.measure import Measure, Metric, MetricError, Wave
from gan_audio_compression.evaluation.mel_distance import LogMelDistance
from gan_audio_compression.evaluation.pesq_measures import NarrowBandPesq, WideBandPesq
from gan_audio_compression.evaluation.visqol_measure import Visqol

OWN_MEASURES: tuple[Measure, ...] = (
    NarrowBandPesq(),
    WideBandPesq(),
    Stoi(),
    Stoi(extended=True),
    Visqol(),
    LogMelDistance(),
)
"""The measures of this project, in the order of tables."""


class MetricNameError(GanAudioCompressionError):
    """Two measures give a figure of one name."""


def metrics_of(measures: Iterable[Measure]) -> dict[str, Metric]:
    """Return the figures of all measures by name, in their order.

    Raises:
        MetricNameError: two measures give one name.
    """
    metrics: dict[str, Metric] = {}
    for measure in measures:
        if twice := metrics.keys() & measure.metrics.keys():
            raise MetricNameError(
                f"Two measures give {', '.join(sorted(twice))}; leave one of them out."
            )
        metrics |= measure.metrics
    return metrics


def score_utterance(
    reference: Wave, decoded: Wave, measures: Sequence[Measure] = OWN_MEASURES
) -> dict[str, float | str | None]:
    """Return all figures of one decoded utterance, by name, and "reason".

    A figure that cannot be computed, or whose library is not installed, is NaN, and "reason" says
    why; the others are still given. "reason" is None where none failed.

    Args:
        reference: 16 kHz mono, [n].
        decoded: the same; [n], aligned with the reference.
        measures: those that score.

    Raises:
        MetricNameError: two measures give one name.
    """
    scores: dict[str, float | str | None] = dict.fromkeys(metrics_of(measures), math.nan)
    reasons: list[str] = []
    try:
        _check(reference, decoded)
    except MetricError as error:
        return scores | {"reason": str(error)}
    for measure in measures:
        try:
            scores |= measure.score(reference, decoded)
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
