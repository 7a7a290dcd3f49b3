"""PESQ, ITU-T P.862: before its mapping, narrow band (P.862.1) and wide band (P.862.2)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pesq import PesqError, pesq
from scipy.signal import resample_poly

from gan_audio_compression.evaluation.measure import (
    Metric,
    MetricError,
    Scores,
    Wave,
    check_length,
    package_version,
)
from gan_audio_compression.signal.spec import SAMPLE_RATE

_NARROW_BAND_RATE = 8_000
_RAW_CEILING = 4.5
_SHORTEST = 0.25
LONGEST = 20.0
"""Most seconds that PESQ takes.

The reference code has tables for 50 talk spurts and crashes the process when it overruns them;
it counts only spurts of 0.2 s and more with pauses of more than 0.2 s between.
"""


@dataclass(frozen=True)
class NarrowBandPesq:
    """`pesq_raw` and `pesq_nb`: one score at 8 kHz, before and after the mapping of P.862.1.

    They are 4.50 and 4.55 at best.
    """

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """See `Measure.metrics`."""
        return {"pesq_raw": Metric("PESQ raw (P.862)"), "pesq_nb": Metric("PESQ NB (P.862.1)")}

    @property
    def version(self) -> str:
        """See `Measure.version`."""
        return package_version("pesq")

    def score(self, reference: Wave, decoded: Wave) -> Scores:
        """See `Measure.score`.

        Raises:
            MetricError: if the waves are shorter than 0.25 s or longer than 20 s, or the reference
                code finds no speech in them.
        """
        check_length(reference, "PESQ NB", _SHORTEST, LONGEST)
        narrow, other = (
            resample_poly(wave, _NARROW_BAND_RATE, SAMPLE_RATE) for wave in (reference, decoded)
        )
        mos_lqo = _mos_lqo(narrow, other, _NARROW_BAND_RATE, "nb")
        return {"pesq_raw": pesq_raw_from_nb(mos_lqo), "pesq_nb": mos_lqo}


@dataclass(frozen=True)
class WideBandPesq:
    """`pesq_wb`: MOS-LQO of P.862.2 at 16 kHz, 4.64 at best."""

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """See `Measure.metrics`."""
        return {"pesq_wb": Metric("PESQ WB (P.862.2)")}

    @property
    def version(self) -> str:
        """See `Measure.version`."""
        return package_version("pesq")

    def score(self, reference: Wave, decoded: Wave) -> Scores:
        """See `Measure.score`, and `NarrowBandPesq.score` for the errors."""
        check_length(reference, "PESQ WB", _SHORTEST, LONGEST)
        return {"pesq_wb": _mos_lqo(reference, decoded, SAMPLE_RATE, "wb")}


def pesq_raw_from_nb(mos_lqo: float) -> float:
    """Return the raw PESQ score whose P.862.1 mapping is `mos_lqo`, at most 4.5.

    Inverts y = 0.999 + 4 / (1 + exp(-1.4945 x + 4.6607)), equation 1 of P.862.1.
    """
    raw = (4.6607 - math.log((4.999 - mos_lqo) / (mos_lqo - 0.999))) / 1.4945
    return min(raw, _RAW_CEILING)


def _mos_lqo(reference: Wave, decoded: Wave, sample_rate: int, mode: str) -> float:
    """MOS-LQO from the reference code of P.862; `mode` is "nb" or "wb"."""
    try:
        return float(pesq(sample_rate, reference, decoded, mode))
    except (PesqError, ValueError) as error:
        reason = f"PESQ {mode.upper()} cannot be computed: {_text(error)}."
        raise MetricError(reason) from error


def _text(error: Exception) -> str:
    """The message of an error; those of the pesq package are bytes."""
    message = error.args[0] if error.args else type(error).__name__
    return message.decode() if isinstance(message, bytes) else str(message)
