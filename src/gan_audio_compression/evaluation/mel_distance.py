"""The distance of two waves as the codec sees them: in its log mel spectrogram."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gan_audio_compression.evaluation.measure import (
    Metric,
    MetricError,
    Scores,
    Wave,
    at_speech_level,
)
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.spec import FFT_SIZE, SAMPLE_RATE

_DB_PER_NEPER = 20 / math.log(10)


@dataclass(frozen=True)
class LogMelDistance:
    """`log_mel_distance`: mean absolute difference of the log mels over frames and bands, in dB.

    0 at best. Each wave is first brought to the project's speech level by its own active level:
    as with PESQ, a wrong level alone costs nothing. What lies under the floor of the log mel,
    about 87 dB below the peaks of speech, counts as the floor.
    """

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """See `Measure.metrics`."""
        metric = Metric("Log-mel distance (dB)", higher_is_better=False, in_summary=False)
        return {"log_mel_distance": metric}

    @property
    def version(self) -> str:
        """See `Measure.version`: this project computes it by itself."""
        return ""

    def score(self, reference: Wave, decoded: Wave) -> Scores:
        """See `Measure.score`.

        Raises:
            MetricError: if the waves are shorter than one frame or too weak for their level.
        """
        if len(reference) < FFT_SIZE:
            raise MetricError(
                f"The log-mel distance needs {FFT_SIZE / SAMPLE_RATE} s; choose a longer utterance."
            )
        mel, other = (
            log_mel_spectrogram(at_speech_level(wave, name))
            for wave, name in ((reference, "reference"), (decoded, "decoded wave"))
        )
        return {"log_mel_distance": _DB_PER_NEPER * float(np.abs(mel - other).mean())}
