"""What scores decoded speech: the measures, and a recogniser of phones where there is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gan_audio_compression.component import code_digest, described
from gan_audio_compression.evaluation.measure import Measure, Wave
from gan_audio_compression.evaluation.metrics import score_utterance
from gan_audio_compression.evaluation.phones.recogniser import PhoneRecogniser
from gan_audio_compression.evaluation.phones.scoring import phone_figures

_PACKAGE = "gan_audio_compression."
# What scores depend on beside the measures' own modules.
_CODE = ("evaluation.measure", "evaluation.metrics", "evaluation.phones", "signal")


@dataclass(frozen=True)
class Scorer:
    """Scores decoded speech.

    Attributes:
        measures: that it takes.
        recogniser: hears phones; None where nothing was labelled to train it on.
    """

    measures: Sequence[Measure]
    recogniser: PhoneRecogniser | None = None

    @property
    def recipe(self) -> dict[str, Any]:
        """What every score depends on beside the two waves, as JSON has it."""
        modules = {type(measure).__module__ for measure in self.measures}
        own = sorted(m.removeprefix(_PACKAGE) for m in modules if m.startswith(_PACKAGE))
        return {
            "measures": [described(m) | {"version": m.version} for m in self.measures],
            "recogniser": None if self.recogniser is None else self.recogniser.digest,
            "code": code_digest(*_CODE, *own),
        }

    def scores(
        self, reference: Wave, decoded: Wave, phones: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Return all scores by name, phones and phone errors, and the reason for what is missing.

        Args:
            reference: speech [n] at 16 kHz.
            decoded: the same after a codec, side by side with it, [n].
            phones: what is said, of the 39 classes; None where nobody knows.
        """
        return {
            **score_utterance(reference, decoded, self.measures),
            **phone_figures(self.recogniser, decoded, phones),
        }
