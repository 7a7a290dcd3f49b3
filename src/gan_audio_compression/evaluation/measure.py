"""What a measure of decoded speech is, and what measures share: waves, their level, errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.signal.level import LOWEST_LEVEL_CODE, active_level_db, level_code
from gan_audio_compression.signal.spec import SAMPLE_RATE, SPEECH_LEVEL_DB

Wave = NDArray[np.floating]
"""16 kHz mono samples, [n], full scale at 1."""

Scores = dict[str, float]
"""Scores by the names of their metrics."""


class MetricError(GanAudioCompressionError):
    """A measure is not defined for these two waves."""


class MeasureMissingError(MetricError):
    """What computes a measure is not installed here; the message says what to install."""


@dataclass(frozen=True)
class Metric:
    """How to show one figure of a measure.

    Attributes:
        label: its name for a reader, with its unit if it has one.
        higher_is_better: False for a distance.
        in_summary: whether table 3 in Markdown has it; all other tables do.
        digits: decimals in table 3 and in the report.
    """

    label: str
    higher_is_better: bool = True
    in_summary: bool = True
    digits: int = 2


class Measure(Protocol):
    """Scores decoded speech against the original."""

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """The figures that it gives, by the names of their columns, in the order of tables."""
        ...

    @property
    def version(self) -> str:
        """Name and version of the library that computes it, or ""; scores depend on it."""
        ...

    def score(self, reference: Wave, decoded: Wave) -> Scores:
        """Return a number for each of `metrics`.

        Args:
            reference: [n], not silent and finite.
            decoded: the same; [n], aligned with the reference.

        Raises:
            MetricError: it is not defined for these waves; the message says why.
            MeasureMissingError: what computes it is not installed.
        """
        ...


def package_version(package: str) -> str:
    """Return a package's name and version, such as "pesq 0.0.4", or "" if it is not installed."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return ""


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
    level_db = active_level_db(wave.astype(np.float32))
    if level_code(level_db) == LOWEST_LEVEL_CODE:
        raise MetricError(f"The {name} is too weak for its level; leave the utterance out.")
    gain = 10 ** ((SPEECH_LEVEL_DB - level_db) / 20)
    levelled: NDArray[np.float32] = ((wave - wave.mean()) * gain).astype(np.float32)
    return levelled
