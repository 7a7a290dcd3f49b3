"""What a listening test is made of, as its one JSON file says it."""

import hashlib
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gan_audio_compression.listening.errors import ListeningTestError

Role = Literal["hidden_reference", "low_anchor", "mid_anchor", "codec_anchor", "codec"]
"""What a condition is there for (BS.1534-3, section 5.1)."""

Token = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
"""What the page calls a stimulus, so that no name tells what it is."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def samples_digest(wave: NDArray[np.float32]) -> str:
    """SHA-256 of samples [n] as little-endian floats: tells speech that was decoded anew."""
    return hashlib.sha256(wave.astype("<f4").tobytes()).hexdigest()


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Condition(_Model):
    """What an utterance went through.

    Attributes:
        key: names it, such as "opus_9k".
        label: what tables call it.
    """

    key: str
    label: str
    role: Role


class Stimulus(_Model):
    """One utterance under one condition, as it is played.

    Attributes:
        condition: key of the condition.
        sha256: of the FLAC file.
        source_sha256: of the speech that it was made from, see `samples_digest`.
        gain_db: what brought it to the loudness of the test.
    """

    token: Token
    condition: str
    sha256: Sha256
    source_sha256: Sha256
    gain_db: float


class Trial(_Model):
    """An utterance to be rated under all conditions at once.

    Attributes:
        id: of the utterance.
    """

    id: str
    speaker: str
    sex: str | None
    seconds: float = Field(gt=0)
    stimuli: tuple[Stimulus, ...] = Field(min_length=2)

    @property
    def tokens(self) -> frozenset[str]:
        """Names of the stimuli."""
        return frozenset(stimulus.token for stimulus in self.stimuli)


class ListeningTest(_Model):
    """A whole test.

    Attributes:
        seed: of the choice of utterances and of the stimuli's names.
        corpus_digest: of the corpus that the utterances are from.
        loudness_lufs: of every stimulus (BS.1770), unless a peak had to be spared.
        conditions: in the order of tables.
        absent: why a codec that was asked for is not among them.
        training: the trial that is not counted.
        trials: those that are.
    """

    version: Literal[1] = 1
    title: str
    seed: int
    corpus_digest: str
    sample_rate: int
    loudness_lufs: float
    conditions: tuple[Condition, ...]
    absent: tuple[str, ...]
    training: Trial
    trials: tuple[Trial, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        keys = sorted(condition.key for condition in self.conditions)
        played = [self.training, *self.trials]
        if len({trial.id for trial in played}) < len(played):
            raise ValueError("an utterance is in two trials")
        if len(set().union(*(trial.tokens for trial in played))) < len(keys) * len(played):
            raise ValueError("two stimuli have the same name")
        if any(sorted(s.condition for s in trial.stimuli) != keys for trial in played):
            raise ValueError("a trial does not have every condition once")
        return self

    @classmethod
    def from_json(cls, data: bytes, source: str) -> Self:
        """Read what `to_json` wrote.

        Args:
            source: what to call it in an error.

        Raises:
            ListeningTestError: it is no description of a test.
        """
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "the whole"
            raise ListeningTestError(
                f"{source} does not describe a listening test ({place}: {first['msg']}); run the"
                " pipeline listening_test again."
            ) from error

    def to_json(self) -> str:
        """The file, the same for equal tests."""
        return self.model_dump_json(indent=1) + "\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the file: names the test wherever ratings of it are kept."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def trial(self, id: str) -> Trial | None:
        """The trial of an utterance, without the training."""
        return next((trial for trial in self.trials if trial.id == id), None)
