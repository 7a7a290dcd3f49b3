"""Words that a recogniser of speech hears otherwise after a codec."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from gan_audio_compression.component import open_component
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

Recogniser = Callable[[Wave], str]
"""Gives the words of 16 kHz samples [n], at the project's speech level."""

_SHORTEST, _LONGEST = 0.5, 60.0


@dataclass(frozen=True)
class WordErrors:
    """`word_errors`, in percent of the words that the recogniser hears in the original.

    So its own errors on the original do not count, and no transcript is needed.

    Attributes:
        recogniser: dotted path of a class without arguments; an object of it is a `Recogniser`.
    """

    recogniser: str

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """See `Measure.metrics`."""
        return {"word_errors": Metric("Word errors (%)", higher_is_better=False, digits=1)}

    @property
    def version(self) -> str:
        """See `Measure.version`."""
        package = self.recogniser.partition(".")[0]
        return ", ".join(filter(None, map(package_version, ("jiwer", package, "pocketsphinx"))))

    def score(self, reference: Wave, decoded: Wave) -> Scores:
        """See `Measure.score`.

        Raises:
            MetricError: the waves are shorter than 0.5 s or longer than 60 s, or no word is heard
                in the original.
            ComponentError: there is no such recogniser.
        """
        check_length(reference, "The word errors", _SHORTEST, _LONGEST)
        jiwer = extra_module("jiwer", "The word errors")
        original, coded = (
            _heard(at_speech_level(wave, name), self.recogniser)
            for wave, name in ((reference, "reference"), (decoded, "decoded wave"))
        )
        if not original:
            raise MetricError("No word is heard in the reference; leave the utterance out.")
        return {"word_errors": 100 * float(jiwer.wer(original, coded))}


class PocketSphinx:
    """A `Recogniser` of English whose package carries its weights; a better one hears more."""

    def __init__(self) -> None:
        package = extra_module("pocketsphinx", "The word errors")
        self._decoder = package.Decoder(samprate=SAMPLE_RATE, loglevel="FATAL")

    def __call__(self, wave: Wave) -> str:
        """See `Recogniser`."""
        samples = (32767 * wave.clip(-1.0, 1.0)).astype("<i2").tobytes()
        self._decoder.start_utt()
        self._decoder.process_raw(samples, full_utt=True)
        self._decoder.end_utt()
        heard = self._decoder.hyp()
        return "" if heard is None else str(heard.hypstr)


@heard_once
def _heard(wave: Wave, recogniser: str) -> str:
    return _opened(recogniser)(wave)


@cache
def _opened(recogniser: str) -> Recogniser:
    opened: Recogniser = open_component({"type": recogniser})
    return opened
