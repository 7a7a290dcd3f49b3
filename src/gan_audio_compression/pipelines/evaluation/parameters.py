"""Parameters of evaluation."""

from pydantic import BaseModel, ConfigDict, NonNegativeInt, RootModel

from gan_audio_compression.evaluation.phones.training import RecogniserConfig


class EvaluationParameters(BaseModel):
    """What evaluation needs to know.

    Attributes:
        seed: of the bootstrap.
        examples: utterances of the test split that the report plays.
        reference: key of the system that the others are compared with, utterance by utterance,
            and whose speech the paper's figures 6 to 8 show; it decodes log mels.
        spectrograms: keys of the systems whose spectrograms the report shows side by side.
        closing: keys of the systems whose figures a run ends with.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int
    examples: NonNegativeInt
    reference: str
    spectrograms: tuple[str, ...]
    closing: tuple[str, ...]


class RecogniserParameters(RootModel[RecogniserConfig]):
    """How the phone recogniser is trained."""

    model_config = ConfigDict(frozen=True)
