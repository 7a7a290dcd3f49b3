"""The measures of the bench as configuration names them: one entry each."""

from typing import Any, Self

from pydantic import ConfigDict, RootModel, model_validator

from gan_audio_compression.component import ComponentError, check_component, open_component
from gan_audio_compression.evaluation.measure import Measure, Metric
from gan_audio_compression.evaluation.metrics import metrics_of
from gan_audio_compression.evaluation.phones.recogniser import PhoneRecogniser
from gan_audio_compression.evaluation.scoring import Scorer


class MeasureParameters(RootModel[tuple[dict[str, Any], ...]]):
    """The measures, in the order of tables: `type`, the dotted path of a class, and settings."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _names_measures(self) -> Self:
        try:
            for entry in self.root:
                check_component(entry)
        except ComponentError as error:
            raise ValueError(str(error)) from error
        return self

    def opened(self) -> tuple[Measure, ...]:
        """Return the measures.

        Raises:
            ComponentError: a class refuses a setting.
        """
        return tuple(open_component(entry) for entry in self.root)

    def scorer(self, recogniser: PhoneRecogniser | None = None) -> Scorer:
        """Return what scores by the measures and, where there is one, by a recogniser."""
        return Scorer(self.opened(), recogniser)

    def metrics(self) -> dict[str, Metric]:
        """Return what the measures give, by name, in the order of tables; errors as `opened`."""
        return metrics_of(self.opened())
