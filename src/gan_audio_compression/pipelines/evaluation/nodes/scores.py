"""Nodes that score decoded speech."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gan_audio_compression.audio.resample import resample
from gan_audio_compression.component import code_digest
from gan_audio_compression.compute.parameters import ComputeParameters
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.evaluation.alignment import aligned, find_delay
from gan_audio_compression.evaluation.phones.scoring import (
    Labels,
    scored_phones,
    the_recogniser,
)
from gan_audio_compression.evaluation.scoring import Scorer
from gan_audio_compression.pipelines.loops import (
    Partitions,
    Records,
    UtteranceJob,
    UtteranceResult,
    Wave,
    at_own_level,
    held_out,
    loader,
    rows_of,
    usable,
    utterance_loop,
)
from gan_audio_compression.pipelines.measures import MeasureParameters
from gan_audio_compression.signal.spec import SAMPLE_RATE

_PCM_BITS = 16
_NARROW_BAND_RATE = 8_000


class NotDecodedError(GanAudioCompressionError):
    """An utterance has no decoded speech to score."""


@dataclass(frozen=True)
class Pair:
    """What one utterance is scored by.

    Attributes:
        reference: speech [n] at the level that the speaker had.
        decoded: speech [m].
        phones: what is said, of the 39 classes; None where nobody knows.
        has_delay: whether `decoded` may come late.
    """

    reference: NDArray[np.float32]
    decoded: NDArray[np.float32]
    phones: tuple[str, ...] | None
    has_delay: bool = False


def score_codecs(
    speech: Partitions,
    manifest: pd.DataFrame,
    labels: Labels,
    recognisers: Partitions,
    reconstructed_speech: Partitions,
    coding_log: pd.DataFrame,
    reconstruction_log: pd.DataFrame,
    measures: MeasureParameters,
    compute: ComputeParameters,
    scores_log_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Score what each codec decoded against the original at its own level.

    Only what was decoded from the very file whose rate is counted is scored. Where a codec is not
    installed, each utterance has that as its reason.
    """
    scorer = measures.scorer(the_recogniser(recognisers))
    recipe = scorer.recipe, code_digest("evaluation.alignment")
    level_codes = dict(zip(manifest["id"], manifest["level_code"], strict=True))
    decoded = usable(reconstruction_log)[["id", "key", "file_sha256"]]
    made_by_id = {str(row.id): row for row in rows_of(decoded)}

    def pair(row: Any, made: Any) -> Callable[[], Pair | str]:
        id = str(row.utterance)
        if not pd.isna(row.error):
            return partial(str, row.error)
        if made is None or made.file_sha256 != row.file_sha256:
            return partial(_not_decoded, str(row.id))
        original = partial(at_own_level, loader(speech, id), level_codes[id])
        found = loader(reconstructed_speech, str(row.id))
        return partial(_pair, original, found, scored_phones(labels, id), bool(row.has_delay))

    def job(row: Any) -> UtteranceJob:
        made = made_by_id.get(str(row.id))
        key = item_key(*recipe, str(row.key), "" if made is None else str(made.key))
        return UtteranceJob(str(row.id), key, pair(row, made), _about(row))

    jobs = map(job, rows_of(coding_log))
    total = len(coding_log)
    yield from _loop(score_pair, scorer, jobs, compute, scores_log_so_far, total)


def score_ceilings(
    speech: Partitions,
    manifest: pd.DataFrame,
    labels: Labels,
    recognisers: Partitions,
    measures: MeasureParameters,
    compute: ComputeParameters,
    ceilings_log_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Score speech that no codec made: what a measure gives at best, see `CEILINGS`."""
    scorer = measures.scorer(the_recogniser(recognisers))
    recipe = scorer.recipe
    rows = held_out(manifest)

    def job(ceiling: str, row: Any) -> UtteranceJob:
        bit_rate = _PCM_BITS * SAMPLE_RATE if ceiling == "original" else math.nan
        about = {
            "system": ceiling,
            "utterance": row.id,
            "split": row.split,
            "bits": bit_rate * row.seconds,
            "payload_bits": bit_rate * row.seconds,
            "seconds": row.seconds,
        }
        phones = scored_phones(labels, str(row.id))
        load = partial(_same, ceiling, speech[str(row.id)], phones)
        key = item_key(recipe, ceiling, str(row.key))
        return UtteranceJob(f"{ceiling}/{row.id}", key, load, about)

    jobs = (job(ceiling, row) for ceiling in _CEILINGS for row in rows_of(rows))
    total = len(_CEILINGS) * len(rows)
    yield from _loop(score_ceiling, scorer, jobs, compute, ceilings_log_so_far, total)


def score_pair(scorer: Scorer, pair: Pair | str) -> UtteranceResult:
    """Score decoded speech, without its delay; a text is the reason why there is none."""
    if isinstance(pair, str):
        return UtteranceResult((), {"reason": pair})
    delay = find_delay(pair.reference, pair.decoded) if pair.has_delay else 0
    decoded = aligned(pair.decoded, delay, len(pair.reference))
    scores = scorer.scores(pair.reference, decoded, pair.phones)
    return UtteranceResult((), scores | {"delay_samples": delay})


def score_ceiling(scorer: Scorer, item: tuple[str, Pair]) -> UtteranceResult:
    """Score what one ceiling makes of the reference."""
    ceiling, pair = item
    made = _CEILINGS[ceiling](pair.reference)
    return UtteranceResult((), scorer.scores(pair.reference, made, pair.phones))


def _narrow_band(speech: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return speech without what is above 4 kHz: the ceiling of codecs at 8 kHz."""
    narrow = resample(speech, SAMPLE_RATE, _NARROW_BAND_RATE)
    return resample(narrow, _NARROW_BAND_RATE, SAMPLE_RATE)[: len(speech)]


def _resynthesis(speech: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what the log mel and the way back make of speech: the ceiling of our codecs."""
    from gan_audio_compression.signal.analysis import log_mel_spectrogram
    from gan_audio_compression.signal.synthesis import waveform_from_log_mel

    log_mel = log_mel_spectrogram(speech)
    return waveform_from_log_mel(log_mel, len(speech))


_CEILINGS: Mapping[str, Callable[[NDArray[np.float32]], NDArray[np.float32]]] = {
    "original": lambda speech: speech,
    "narrow_band": _narrow_band,
    "no_codec": _resynthesis,
}


def _loop(
    function: Callable[[Scorer, Any], UtteranceResult],
    scorer: Scorer,
    jobs: Iterable[UtteranceJob],
    compute: ComputeParameters,
    so_far: Records,
    total: int,
) -> Iterator[tuple[Any, ...]]:
    yield from utterance_loop(
        compute, function, jobs, scorer, so_far, "scores", outputs=0, total=total
    )


def _pair(
    original: Callable[[], Wave],
    decoded: Callable[[], Wave],
    phones: tuple[str, ...] | None,
    has_delay: bool,
) -> Pair:
    return Pair(original(), decoded(), phones, has_delay)


def _same(
    ceiling: str, load: Callable[[], NDArray[np.float32]], phones: tuple[str, ...] | None
) -> tuple[str, Pair]:
    """Load an utterance at the project's level."""
    speech = load()
    return ceiling, Pair(speech, speech, phones)


def _about(row: Any) -> dict[str, Any]:
    """Return what the record says of a coded utterance; what was not coded has no bits."""
    return {
        "system": row.system,
        "utterance": row.utterance,
        "split": row.split,
        "bits": getattr(row, "file_bits", None),
        "payload_bits": getattr(row, "payload_bits", None),
        "seconds": row.speech_seconds,
    }


def _not_decoded(id: str) -> NoReturn:
    raise NotDecodedError(
        f"{id} cannot be scored because its file has not been decoded; see the reconstruction log."
    )
