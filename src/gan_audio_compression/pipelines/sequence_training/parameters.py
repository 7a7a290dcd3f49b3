"""Parameters of the sequence codec beside its training."""

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator


class StartParameters(BaseModel):
    """What training starts from.

    Attributes:
        model: a model that ships with the package, or a model file; None for random weights.
        tuned: whether that model learns from the corpus, or is taken as it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str | None
    tuned: bool

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.model is None and not self.tuned:
            raise ValueError("without a model to start from, tuned cannot be false.")
        return self
