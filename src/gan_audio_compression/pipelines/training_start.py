"""What a training starts from."""

from pathlib import Path
from typing import Self, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.shipped import open_live_model
from gan_audio_compression.codec.models import open_model
from gan_audio_compression.codec.trained_codec import TrainedCodec
from gan_audio_compression.networks.errors import NotAModelError

Trained = TypeVar("Trained", bound=TrainedCodec)


class StartParameters(BaseModel):
    """What a training starts from.

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

    def open(self, kind: type[Trained]) -> Trained | None:
        """Return the model; None for random weights.

        Raises:
            ModelFileError: it cannot be opened, or is of another kind.
        """
        if self.model is None:
            return None
        model = open_model(self.model)
        if not isinstance(model, kind):
            raise NotAModelError(
                f"{self.model} is a {model.kind} model, which a training of the {kind.kind} codec"
                " cannot start from; give another, or null to start anew."
            )
        return model


class LiveStartParameters(BaseModel):
    """What the training of the live codec starts from.

    Attributes:
        model: a model file of the live codec; None for the sequence codec of the run.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Path | None

    def open(self) -> LiveModel | None:
        """Return the model; None for the sequence codec.

        Raises:
            ModelFileError: it cannot be opened, or is of another kind.
        """
        return None if self.model is None else open_live_model(self.model)
