"""What is taken for ratings, and what is refused before anything is stored."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from gan_audio_compression.listening.description import ListeningTest
from gan_audio_compression.listening.errors import InvalidSubmissionError
from gan_audio_compression.listening.submission import LARGEST_SUBMISSION, parse_submission

Submit = Callable[..., dict[str, Any]]
Change = Callable[[dict[str, Any]], object]


def test_what_the_page_sends_is_taken(listening_test: ListeningTest, submit: Submit) -> None:
    sent = submit(73)
    submission = parse_submission(json.dumps(sent).encode(), listening_test)
    assert submission.listener == sent["listener"]
    assert [rating.trial for rating in submission.ratings] == [t.id for t in listening_test.trials]
    assert set(submission.ratings[0].scores.values()) == {73}


def scores(sent: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = sent["ratings"][0]["scores"]
    return found


def first(sent: dict[str, Any]) -> str:
    return next(iter(scores(sent)))


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (lambda sent: sent.update(listener="../../etc/passwd"), "listener"),
        (lambda sent: sent.update(listener="A" * 32), "listener"),
        (lambda sent: sent.update(consent=False), "consent"),
        (lambda sent: sent.update(name="Alice"), "name"),
        (lambda sent: sent.update(test="0" * 64), "another listening test"),
        (lambda sent: sent.update(ratings=[]), "ratings"),
        (lambda sent: sent["background"].update(hearing="bad"), "hearing"),
        (lambda sent: scores(sent).update({first(sent): 101}), "scores"),
        (lambda sent: scores(sent).update({first(sent): -1}), "scores"),
        (lambda sent: scores(sent).update({first(sent): True}), "scores"),
        (lambda sent: scores(sent).update({first(sent): "50"}), "scores"),
        (lambda sent: scores(sent).update({first(sent): 50.5}), "scores"),
        (lambda sent: scores(sent).update({"0" * 16: 50}), "each of its stimuli once"),
        (lambda sent: scores(sent).pop(first(sent)), "each of its stimuli once"),
        (lambda sent: sent["ratings"][0].update(order=["x"] * 5), "each of its stimuli once"),
        (lambda sent: sent["ratings"][0].update(trial="training"), "no trial 'training'"),
        (lambda sent: sent["ratings"][0].update(trial="'; DROP TABLE ratings; --"), "no trial"),
        (lambda sent: sent["ratings"][0].update(position=3), "at place 3"),
        (lambda sent: sent["ratings"][0].update(revision=0), "revision"),
        (lambda sent: sent["ratings"][0].update(comment="x" * 2001), "comment"),
        (lambda sent: sent["ratings"][0].update(seconds=-1), "seconds"),
    ],
)
def test_what_is_not_a_rating_of_this_test_is_refused_by_name(
    listening_test: ListeningTest, submit: Submit, change: Change, names: str
) -> None:
    sent = submit()
    change(sent)
    with pytest.raises(InvalidSubmissionError, match=names):
        parse_submission(json.dumps(sent).encode(), listening_test)


@pytest.mark.parametrize(
    "data",
    [b"", b"null", b"[]", b"\xff\xfe", b"{" * 5000, b'{"test": NaN}', b"1" * LARGEST_SUBMISSION],
    ids=["nothing", "null", "list", "no UTF-8", "deep", "NaN", "number"],
)
def test_what_is_no_submission_at_all_is_refused(
    listening_test: ListeningTest, data: bytes
) -> None:
    with pytest.raises(InvalidSubmissionError, match="not of the form"):
        parse_submission(data, listening_test)


def test_what_is_too_large_is_refused_unread(listening_test: ListeningTest) -> None:
    with pytest.raises(InvalidSubmissionError, match="at most"):
        parse_submission(b" " * (LARGEST_SUBMISSION + 1), listening_test)
