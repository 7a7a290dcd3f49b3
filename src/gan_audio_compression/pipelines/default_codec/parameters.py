"""Parameters of the codec over time."""

from pydantic import BaseModel, ConfigDict, PositiveInt, RootModel

from gan_audio_compression.training.sequence.config import SequenceTrainingConfig


class SequenceTrainingParameters(RootModel[SequenceTrainingConfig]):
    """Checks the training core's own configuration, which knows no Pydantic."""


class SequenceCodecParameters(BaseModel):
    """The codec at one rate.

    Attributes:
        bitrate: most bits of a file for each second of the recording.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bitrate: PositiveInt
