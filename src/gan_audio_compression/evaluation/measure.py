"""What measures of decoded speech share: the waves that they take, their level, their error."""

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.signal.level import LOWEST_LEVEL_CODE, LevelMeter, level_code
from gan_audio_compression.signal.spec import SAMPLE_RATE, SPEECH_LEVEL_DB

Wave = NDArray[np.floating]
"""16 kHz mono samples, [n], full scale at 1."""

Scores = dict[str, float]
"""Scores by the names of their measures."""


class MetricError(GanAudioCompressionError):
    """A measure is not defined for these two waves."""


def check_length(wave: Wave, measure: str, shortest: float, longest: float) -> None:
    """Raise MetricError unless `wave` has `shortest` to `longest` seconds, as `measure` needs."""
    seconds = len(wave) / SAMPLE_RATE
    if not shortest <= seconds <= longest:
        raise MetricError(
            f"{measure} needs {shortest} to {longest:.0f} s and the utterance has"
            f" {seconds:.2f} s; choose another or cut it."
        )


def at_speech_level(wave: Wave, name: str) -> NDArray[np.float32]:
    """Return `wave` ([n], called `name` in errors) without its mean, at -26 dBFS active level.

    Raises:
        MetricError: if there is no more than silence.
    """
    meter = LevelMeter()
    meter.add(wave.astype(np.float32))
    if level_code(meter.level_db) == LOWEST_LEVEL_CODE:
        raise MetricError(f"The {name} is too weak for its level; leave the utterance out.")
    gain = 10 ** ((SPEECH_LEVEL_DB - meter.level_db) / 20)
    return ((wave - meter.mean) * gain).astype(np.float32)
