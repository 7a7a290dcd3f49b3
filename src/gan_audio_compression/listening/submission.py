"""What listeners send, by the page or in a file that the page saved: one form, one check."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gan_audio_compression.listening.description import ListeningTest
from gan_audio_compression.listening.errors import InvalidSubmissionError

LARGEST_SUBMISSION = 1_000_000
"""Bytes; far more than all ratings of a test of the largest size."""

Score = Annotated[int, Field(ge=0, le=100)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Background(_Model):
    """What BS.1534-3 (section 4) wants a report to say of the assessors, and nothing else.

    Attributes:
        hearing: whether the listener knows of a loss.
        experience: with listening tests.
        playback: what is listened with.
    """

    hearing: Literal["normal", "impaired", "undisclosed"]
    experience: Literal["none", "some", "expert", "undisclosed"]
    playback: Literal["headphones", "loudspeakers"]


class Rating(_Model):
    """One listener's scores of one trial, in one revision.

    Listener, trial and revision name a rating once for all: it may be sent as often as needed.

    Attributes:
        trial: id of the trial.
        revision: counts up from 1 each time that the listener changes it.
        position: of the trial among those of the listener, from 1.
        order: names of the stimuli as the page showed them, from A.
        scores: 0 to 100 by the name of the stimulus.
        seconds: that the listener spent.
    """

    trial: str = Field(max_length=200)
    revision: int = Field(ge=1, le=1_000_000)
    position: int = Field(ge=1, le=1000)
    order: tuple[str, ...] = Field(max_length=50)
    scores: dict[str, Score] = Field(max_length=50)
    comment: str = Field(max_length=2000)
    seconds: float = Field(ge=0, le=1e6)


class Submission(_Model):
    """Some ratings of one listener.

    Attributes:
        test: digest of the test.
        listener: 128 random bits in hexadecimal.
    """

    test: str = Field(max_length=100)
    listener: str = Field(pattern=r"^[0-9a-f]{32}$")
    consent: Literal[True]
    background: Background
    ratings: tuple[Rating, ...] = Field(min_length=1, max_length=1000)


def parse_submission(data: bytes, test: ListeningTest) -> Submission:
    """Read ratings of `test` from JSON in UTF-8.

    Raises:
        InvalidSubmissionError: it is too large, not of the form, of another test, or a rating
            does not have each stimulus of its trial once.
    """
    if len(data) > LARGEST_SUBMISSION:
        raise InvalidSubmissionError(
            f"The ratings take {len(data)} bytes of at most {LARGEST_SUBMISSION}; send the file"
            " that the page saved."
        )
    try:
        submission = Submission.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise InvalidSubmissionError(
            f"The ratings are not of the form that the page saves ({place}: {first['msg']}); send"
            " the file as it is."
        ) from error
    if submission.test != test.digest:
        raise InvalidSubmissionError(
            "The ratings are of another listening test; send them to the one that they are of."
        )
    for rating in submission.ratings:
        _check_trial(rating, test)
    return submission


def _check_trial(rating: Rating, test: ListeningTest) -> None:
    trial = test.trial(rating.trial)
    if trial is None or rating.position > len(test.trials):
        raise InvalidSubmissionError(
            f"The test has no trial {rating.trial!r} at place {rating.position}; send the file as"
            " it is."
        )
    if rating.scores.keys() != trial.tokens or sorted(rating.order) != sorted(trial.tokens):
        raise InvalidSubmissionError(
            f"The rating of {rating.trial} does not have each of its stimuli once; send the file"
            " as it is."
        )
