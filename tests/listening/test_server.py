"""The server as browsers, and those who are none, see it."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gan_audio_compression.listening.description import ListeningTest
from gan_audio_compression.listening.errors import ListeningTestError
from gan_audio_compression.listening.server import PreparedTest
from gan_audio_compression.listening.store import RatingStore
from gan_audio_compression.listening.submission import LARGEST_SUBMISSION

Submit = Callable[..., dict[str, Any]]

LISTENERS = 50


def scores_of(ratings: Path) -> dict[tuple[str, str], dict[str, int]]:
    """Scores by listener and trial."""
    return {
        (kept.listener, kept.rating.trial): kept.rating.scores
        for kept in RatingStore.open(ratings).latest()
    }


def test_fifty_listeners_at_once_lose_and_mix_nothing(server: Any, submit: Submit) -> None:
    sent = [submit(score=number) for number in range(LISTENERS)]

    def send(submission: dict[str, Any]) -> list[int]:
        # Trial by trial, each sent twice, as by a page that lost the first answer.
        return [
            server.post(submission | {"ratings": [rating]})[0]
            for rating in submission["ratings"]
            for _ in range(2)
        ]

    with ThreadPoolExecutor(LISTENERS) as pool:
        answers = list(pool.map(send, sent))
    assert answers == [[204] * 4] * LISTENERS
    assert scores_of(server.ratings) == {
        (submission["listener"], rating["trial"]): rating["scores"]
        for submission in sent
        for rating in submission["ratings"]
    }


def test_two_tabs_do_not_put_older_scores_over_newer(server: Any, submit: Submit) -> None:
    older, newer = submit(30, "0" * 32, revision=1), submit(80, "0" * 32, revision=2)
    assert server.post(newer) == (204, "")
    assert server.post(older) == (204, "")
    status, error = server.post(submit(50, "0" * 32, revision=2))
    assert status == 409 and "higher revision" in error
    assert {score for of in scores_of(server.ratings).values() for score in of.values()} == {80}


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", {"Content_Type": "application/json"}, 422),
        (b"not json", {"Content_Type": "application/json"}, 422),
        (b"{}", {"Content_Type": "text/plain"}, 415),
        (b"{}", {"Content_Type": "application/x-www-form-urlencoded"}, 415),
        (b"{}", {"Content_Type": "application/json", "Host": "evil.example"}, 400),
        (b" " * (LARGEST_SUBMISSION + 1), {"Content_Type": "application/json"}, 413),
    ],
    ids=["empty", "no JSON", "text", "form", "foreign name", "too large"],
)
def test_hostile_requests_get_an_error_and_change_nothing(
    server: Any, submit: Submit, body: bytes, headers: dict[str, str], status: int
) -> None:
    assert server.post(submit())[0] == 204
    before = scores_of(server.ratings)
    assert server.request("POST", "/ratings", body, **headers)[0] == status
    assert scores_of(server.ratings) == before
    assert server.request("GET", "/")[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/test.json", 404),
        ("GET", "/../test.json", 404),
        ("GET", "/ratings", 405),
        ("DELETE", "/ratings", 405),
        ("POST", "/", 405),
    ],
)
def test_nothing_else_can_be_had(server: Any, method: str, path: str, status: int) -> None:
    assert server.request(method, path)[0] == status


def test_the_page_tells_no_condition_and_may_load_nothing(
    server: Any, listening_test: ListeningTest
) -> None:
    _, headers, page = server.request("GET", "/")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert b"default-src 'none'" in page
    for condition in listening_test.conditions:
        assert condition.label.encode() not in page
        assert condition.key.encode() not in page.replace(b"original", b"")
    assert b"<this>" not in page


def test_a_folder_without_its_two_files_of_one_test_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ListeningTestError, match="has no listening test"):
        PreparedTest.read(tmp_path)
    changed = json.loads((folder / "test.json").read_text()) | {"seed": 5}
    (tmp_path / "test.json").write_text(json.dumps(changed))
    (tmp_path / "index.html").write_text((folder / "index.html").read_text())
    with pytest.raises(ListeningTestError, match="not the page of"):
        PreparedTest.read(tmp_path)
    (tmp_path / "test.json").write_text('{"version": 2}')
    with pytest.raises(ListeningTestError, match="version"):
        PreparedTest.read(tmp_path)
