"""The file of ratings: what is in it stays, whatever happens."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gan_audio_compression.listening import store as store_module
from gan_audio_compression.listening.description import ListeningTest
from gan_audio_compression.listening.errors import (
    RatingStoreError,
    RatingStoreFullError,
    RevisionConflictError,
)
from gan_audio_compression.listening.store import RatingStore
from gan_audio_compression.listening.submission import Submission, parse_submission

SOURCE = Path(__file__).resolve().parents[2] / "src"

Submit = Callable[..., dict[str, Any]]
Parse = Callable[..., Submission]

# Adds what it is given to a file, says so, and is then killed in the middle of more.
KILLED_WRITER = """
import os, signal, sys
from pathlib import Path
from gan_audio_compression.listening.store import RatingStore, _transaction
from gan_audio_compression.listening.submission import parse_submission
path = Path(sys.argv[1])
store = RatingStore.open(path)
store.add(parse_submission(sys.stdin.buffer.read(), store.test))
with _transaction(path) as database:
    database.execute("DELETE FROM ratings")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def store(tmp_path: Path, listening_test: ListeningTest) -> RatingStore:
    return RatingStore.create(tmp_path / "ratings.db", listening_test)


@pytest.fixture
def parse(listening_test: ListeningTest, submit: Submit) -> Parse:
    def make(*values: Any, **named: Any) -> Submission:
        return parse_submission(json.dumps(submit(*values, **named)).encode(), listening_test)

    return make


def scores(store: RatingStore) -> list[tuple[str, int, set[int]]]:
    return [
        (kept.listener, kept.rating.revision, set(kept.rating.scores.values()))
        for kept in store.latest()
    ]


def test_a_new_file_is_empty_and_knows_its_test(
    store: RatingStore, listening_test: ListeningTest
) -> None:
    assert store.latest() == []
    assert RatingStore.open(store.path).test == listening_test


def test_what_is_sent_twice_is_kept_once(store: RatingStore, parse: Parse) -> None:
    submission = parse(40)
    for _ in range(3):
        store.add(submission)
    assert scores(store) == [(submission.listener, 1, {40})] * 2


def test_the_newest_revision_counts_in_whatever_order_they_come(
    store: RatingStore, parse: Parse
) -> None:
    listener = "0" * 32
    for revision in (2, 3, 1):
        store.add(parse(10 * revision, listener, revision))
    assert scores(store) == [(listener, 3, {30})] * 2


def test_a_known_revision_with_other_scores_is_refused_and_nothing_of_it_kept(
    store: RatingStore, submit: Submit, listening_test: ListeningTest
) -> None:
    sent = submit(40, "0" * 32)
    one = sent | {"ratings": sent["ratings"][1:]}
    store.add(parse_submission(json.dumps(one).encode(), listening_test))
    other = submit(60, "0" * 32)
    with pytest.raises(RevisionConflictError, match="higher revision"):
        store.add(parse_submission(json.dumps(other).encode(), listening_test))
    assert scores(store) == [("0" * 32, 1, {40})]


def test_a_killed_writer_loses_nothing_that_was_acknowledged(
    store: RatingStore, submit: Submit
) -> None:
    sent = submit(40)
    done = subprocess.run(
        [sys.executable, "-c", KILLED_WRITER, str(store.path)],
        input=json.dumps(sent).encode(),
        env={"PYTHONPATH": str(SOURCE)},
        timeout=60,
    )
    assert done.returncode == -9
    assert scores(store) == [(sent["listener"], 1, {40})] * 2


def test_a_full_disk_is_an_error_and_loses_nothing(
    store: RatingStore, parse: Parse, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = parse(40)
    store.add(kept)
    connect = store_module._connect

    def connect_to_full_disk(path: Path) -> sqlite3.Connection:
        database = connect(path)
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        database.execute(f"PRAGMA max_page_count = {pages}")
        return database

    monkeypatch.setattr(store_module, "_connect", connect_to_full_disk)
    refused = []
    with pytest.raises(RatingStoreFullError, match="free space"):
        for _ in range(1000):
            refused = [parse(60)]
            store.add(refused[0])
    monkeypatch.undo()
    before = scores(store)
    assert (kept.listener, 1, {40}) in before
    assert refused[0].listener not in {listener for listener, _, _ in before}
    store.add(refused[0])
    assert len(scores(store)) == len(before) + 2


def test_a_file_of_another_test_is_not_added_to(
    store: RatingStore, listening_test: ListeningTest
) -> None:
    other = listening_test.model_copy(update={"seed": 1})
    with pytest.raises(RatingStoreError, match="another listening test"):
        RatingStore.create(store.path, other)


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100])
def test_what_holds_no_ratings_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(content)
    with pytest.raises(RatingStoreError, match=r"other\.db"):
        RatingStore.open(path)
    with pytest.raises(RatingStoreError, match="does not exist"):
        RatingStore.open(tmp_path / "absent.db")
