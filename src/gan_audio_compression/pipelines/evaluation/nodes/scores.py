"""Nodes that score decoded speech."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gan_audio_compression.audio.resample import resample
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.evaluation.metrics import METRICS, score_utterance
from gan_audio_compression.evaluation.phones.error_rate import phone_errors
from gan_audio_compression.evaluation.phones.recogniser import PhoneRecogniser
from gan_audio_compression.pipelines.evaluation.nodes.phones import (
    Labels,
    scored_phones,
    the_recogniser,
)
from gan_audio_compression.pipelines.loops import (
    ComputeParameters,
    Partitions,
    Records,
    UtteranceJob,
    UtteranceResult,
    held_out,
    original_speech,
    rows_of,
    usable,
    utterance_loop,
)
from gan_audio_compression.signal.spec import SAMPLE_RATE
from gan_audio_compression.signal.synthesis import SYNTHESIS

_PCM_BITS = 16
_NARROW_BAND_RATE = 8_000
_MEASURES = f"{', '.join(METRICS)}, phone errors"


class NotDecodedError(GanAudioCompressionError):
    """An utterance has no decoded speech to score."""


@dataclass(frozen=True)
class Pair:
    """What one utterance is scored by.

    Attributes:
        reference: speech [n] at the level that the speaker had.
        decoded: speech [n].
        phones: what is said, of the 39 classes; None where nobody knows.
    """

    reference: NDArray[np.float32]
    decoded: NDArray[np.float32]
    phones: tuple[str, ...] | None


@dataclass(frozen=True)
class Originals:
    """What decoded speech is compared with.

    Attributes:
        speech: at the project's level.
        manifest: what is known of it.
        labels: its phones.
        recogniser: hears phones; None where nothing was labelled to train it on.
    """

    speech: Partitions
    manifest: pd.DataFrame
    labels: Labels
    recogniser: PhoneRecogniser | None

    @property
    def key(self) -> str:
        """What every score depends on."""
        return f"{_MEASURES} {'' if self.recogniser is None else self.recogniser.digest}"

    def pair(self, decoded: Partitions, id: str) -> Pair:
        """Load an utterance at the level that the speaker had, and what became of it."""
        original = original_speech(self.speech, self.manifest, id)
        return Pair(original, decoded[id](), self._phones(id))

    def same(self, id: str) -> Pair:
        """Load an utterance at the project's level, twice."""
        speech = self.speech[id]()
        return Pair(speech, speech, self._phones(id))

    def _phones(self, id: str) -> tuple[str, ...] | None:
        return None if self.recogniser is None else scored_phones(self.labels, id)


def score_system(
    speech: Partitions,
    manifest: pd.DataFrame,
    labels: Labels,
    recognisers: Partitions,
    reconstructed_speech: Partitions,
    search_log: pd.DataFrame,
    reconstruction_log: pd.DataFrame,
    compute: ComputeParameters,
    scores_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Score what one system decoded against the original at its own level.

    Only what was decoded from the very file whose rate is counted is scored.
    """
    originals = Originals(speech, manifest, labels, the_recogniser(recognisers))
    decoded = {str(row.id): row for row in rows_of(usable(reconstruction_log))}
    jobs = []
    for row in rows_of(search_log):
        id, made = str(row.id), decoded.get(str(row.id))
        if not pd.isna(row.error):
            load: Callable[[], Pair] = partial(_not_decoded, id, str(row.error))
        elif made is None or made.file_sha256 != row.file_sha256:
            load = partial(_not_decoded, id, "its file has not been decoded")
        else:
            load = partial(originals.pair, reconstructed_speech, id)
        key = item_key(originals.key, str(row.key), "" if made is None else str(made.key))
        jobs.append(UtteranceJob(id, key, load, _about(row)))
    yield from _score(score_pair, originals, jobs, compute, scores_so_far)


def score_baseline(
    speech: Partitions,
    manifest: pd.DataFrame,
    labels: Labels,
    recognisers: Partitions,
    reconstructed_speech: Partitions,
    coding_log: pd.DataFrame,
    compute: ComputeParameters,
    scores_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Score what another codec decoded; where it is not installed, say so of each utterance."""
    originals = Originals(speech, manifest, labels, the_recogniser(recognisers))
    jobs = [
        UtteranceJob(
            str(row.id),
            item_key(originals.key, str(row.key)),
            partial(originals.pair, reconstructed_speech, str(row.id))
            if pd.isna(row.error)
            else partial(str, row.error),
            _about(row),
        )
        for row in rows_of(coding_log)
    ]
    yield from _score(score_pair, originals, jobs, compute, scores_so_far)


def score_original(
    speech: Partitions,
    manifest: pd.DataFrame,
    labels: Labels,
    recognisers: Partitions,
    compute: ComputeParameters,
    scores_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Score the original against itself: the ceiling of every measure."""
    originals = Originals(speech, manifest, labels, the_recogniser(recognisers))
    jobs = _jobs_without_codec(originals, "original", _PCM_BITS * SAMPLE_RATE)
    yield from _score(score_pair, originals, jobs, compute, scores_so_far)


def score_narrow_band(
    speech: Partitions,
    manifest: pd.DataFrame,
    labels: Labels,
    recognisers: Partitions,
    compute: ComputeParameters,
    scores_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Score the original without what is above 4 kHz: the ceiling of codecs at 8 kHz."""
    originals = Originals(speech, manifest, labels, the_recogniser(recognisers))
    jobs = _jobs_without_codec(originals, "narrow band", math.nan)
    yield from _score(score_resampled, originals, jobs, compute, scores_so_far)


def score_synthesis(
    speech: Partitions,
    manifest: pd.DataFrame,
    labels: Labels,
    recognisers: Partitions,
    compute: ComputeParameters,
    scores_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Score the way to the log mel and back, with no codec between: the codec's ceiling."""
    originals = Originals(speech, manifest, labels, the_recogniser(recognisers))
    jobs = _jobs_without_codec(originals, SYNTHESIS, math.nan)
    yield from _score(score_resynthesis, originals, jobs, compute, scores_so_far)


def score_pair(recogniser: PhoneRecogniser | None, pair: Pair | str) -> UtteranceResult:
    """Score decoded speech against its reference; a text is the reason why there is none."""
    if isinstance(pair, str):
        return UtteranceResult((), {"reason": pair})
    figures: dict[str, Any] = score_utterance(pair.reference, pair.decoded)
    if recogniser is not None and pair.phones is not None:
        errors = phone_errors(pair.phones, recogniser.recognise(pair.decoded))
        figures |= {"phones": len(pair.phones), "phone_errors": errors}
    return UtteranceResult((), figures)


def score_resampled(recogniser: PhoneRecogniser | None, pair: Pair) -> UtteranceResult:
    """Score the reference at 8 kHz and back against it."""
    narrow = resample(pair.reference, SAMPLE_RATE, _NARROW_BAND_RATE)
    decoded = resample(narrow, _NARROW_BAND_RATE, SAMPLE_RATE)[: len(pair.reference)]
    return score_pair(recogniser, replace(pair, decoded=decoded))


def score_resynthesis(recogniser: PhoneRecogniser | None, pair: Pair) -> UtteranceResult:
    """Score what analysis and synthesis make of the reference."""
    import torch

    from gan_audio_compression.signal.analysis import log_mel_spectrogram
    from gan_audio_compression.signal.synthesis import waveform_from_log_mel

    log_mel = log_mel_spectrogram(torch.from_numpy(pair.reference))
    decoded = waveform_from_log_mel(log_mel, len(pair.reference)).numpy()
    return score_pair(recogniser, replace(pair, decoded=decoded))


def _score(
    function: Callable[[PhoneRecogniser | None, Any], UtteranceResult],
    originals: Originals,
    jobs: Sequence[UtteranceJob],
    compute: ComputeParameters,
    so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    context = originals.recogniser
    yield from utterance_loop(
        compute, function, jobs, context, so_far, "scores", outputs=0, total=len(jobs)
    )


def _jobs_without_codec(originals: Originals, name: str, bit_rate: float) -> list[UtteranceJob]:
    return [
        UtteranceJob(
            str(row.id),
            item_key(originals.key, name, str(row.key)),
            partial(originals.same, str(row.id)),
            {
                "split": row.split,
                "bits": bit_rate * row.seconds,
                "payload_bits": bit_rate * row.seconds,
                "seconds": row.seconds,
            },
        )
        for row in rows_of(held_out(originals.manifest))
    ]


def _about(row: Any) -> dict[str, Any]:
    """Return what the record says of a coded utterance; what was not coded has no bits."""
    return {
        "split": row.split,
        "bits": getattr(row, "file_bits", None),
        "payload_bits": getattr(row, "payload_bits", None),
        "seconds": row.speech_seconds,
    }


def _not_decoded(id: str, reason: str) -> NoReturn:
    raise NotDecodedError(f"{id} cannot be scored because {reason}; see the search log.")
