"""Whether the speaker stays the same: embeddings of a speaker encoder (Wan and others, 2018)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.evaluation.listeners.heard_once import heard_once
from gan_audio_compression.evaluation.listeners.packages import extra_module
from gan_audio_compression.evaluation.measure import (
    Metric,
    MetricError,
    Scores,
    Wave,
    at_speech_level,
    check_length,
    package_version,
)
from gan_audio_compression.signal.spec import SAMPLE_RATE

# One window of the encoder; less would be filled with zeros, which are embedded too.
_SHORTEST, _LONGEST = 1.6, 600.0


@dataclass(frozen=True)
class SpeakerSimilarity:
    """`speaker_similarity`: cosine of the embeddings of both waves, 1 for one voice.

    Two speakers have about 0.5 to 0.8. Pauses are left out of both, as the encoder's package does.
    """

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """See `Measure.metrics`."""
        return {"speaker_similarity": Metric("Speaker similarity", digits=3)}

    @property
    def version(self) -> str:
        """See `Measure.version`."""
        return package_version("Resemblyzer")

    def score(self, reference: Wave, decoded: Wave) -> Scores:
        """See `Measure.score`.

        Raises:
            MetricError: the waves are shorter than 1.6 s, longer than 600 s, or no speech is
                found in one of them.
        """
        check_length(reference, "The speaker's similarity", _SHORTEST, _LONGEST)
        original, coded = (
            _embedding(at_speech_level(wave, name), name)
            for wave, name in ((reference, "reference"), (decoded, "decoded wave"))
        )
        return {"speaker_similarity": float(original @ coded)}


@heard_once
def _embedding(wave: Wave, name: str) -> NDArray[np.float32]:
    """Return a vector [256] of length 1 of a wave that errors call `name`."""
    package = extra_module("resemblyzer", "The speaker's similarity")
    speech = package.preprocess_wav(wave, SAMPLE_RATE)
    if len(speech) < _SHORTEST * SAMPLE_RATE / 2:
        raise MetricError(
            f"The {name} has too little speech to know its speaker by; leave the utterance out."
        )
    embedding: NDArray[np.float32] = _encoder().embed_utterance(speech)
    return embedding


@cache
def _encoder() -> Any:
    return extra_module("resemblyzer", "The speaker's similarity").VoiceEncoder(
        "cpu", verbose=False
    )
