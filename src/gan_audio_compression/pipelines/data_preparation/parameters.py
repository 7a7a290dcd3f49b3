"""Parameters of data preparation."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from gan_audio_compression.corpus.splits import SplitUnit


class CorpusParameters(BaseModel):
    """Where the speech is and how it is divided.

    Attributes:
        path: folder of the corpus.
        split_by: what the splits that a corpus does not state are drawn by.
        validation_fraction: share of validation where the corpus states none.
        test_fraction: share of test where the corpus states no split at all.
        seed: of the draw.
        left_out_of_test: sentences (file names without their ending) that are not scored.
        most_held_out: at most so many utterances of validation and of test, spread over the
            speakers; None for all.
        left_out_of_training: folders of the corpus that nothing is trained on, for their licence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    split_by: SplitUnit
    validation_fraction: float = Field(ge=0, lt=1)
    test_fraction: float = Field(ge=0, lt=1)
    seed: int
    left_out_of_test: tuple[str, ...]
    most_held_out: dict[Literal["validation", "test"], PositiveInt] | None
    left_out_of_training: tuple[str, ...]
