"""Parameters of evaluation."""

from pydantic import BaseModel, ConfigDict


class EvaluationParameters(BaseModel):
    """What evaluation needs to know.

    Attributes:
        seed: of the bootstrap.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int
