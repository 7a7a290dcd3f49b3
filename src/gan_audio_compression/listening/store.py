"""The file of ratings: an SQLite database of one test that is only ever added to."""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from gan_audio_compression.listening.description import ListeningTest
from gan_audio_compression.listening.errors import (
    RatingStoreError,
    RatingStoreFullError,
    RevisionConflictError,
)
from gan_audio_compression.listening.submission import Rating, Submission

# Seconds that a writer waits for the others.
_PATIENCE = 30.0

_SCHEMA = """
CREATE TABLE test (
    digest TEXT PRIMARY KEY,
    description TEXT NOT NULL
) STRICT;
CREATE TABLE listeners (
    listener TEXT PRIMARY KEY,
    background TEXT NOT NULL,
    first_seen TEXT NOT NULL
) STRICT;
CREATE TABLE ratings (
    listener TEXT NOT NULL REFERENCES listeners,
    trial TEXT NOT NULL,
    revision INTEGER NOT NULL,
    content TEXT NOT NULL,
    received TEXT NOT NULL,
    PRIMARY KEY (listener, trial, revision)
) STRICT;
"""


@dataclass(frozen=True)
class StoredRating:
    """The last revision of a listener's rating of a trial."""

    listener: str
    rating: Rating


class RatingStore:
    """Ratings of one test.

    What `add` has returned from is on the disk: the write-ahead log is synchronised with every
    transaction. Nothing is ever replaced, so an older revision cannot take the place of a newer.
    Every call opens the file anew; calls from many threads and processes may overlap.
    """

    def __init__(self, path: Path, test: ListeningTest) -> None:
        """Use the ratings of `test` in a file that exists or that `create` has made."""
        self.path = path
        self.test = test

    @classmethod
    def create(cls, path: Path, test: ListeningTest) -> Self:
        """Open a file of ratings of `test`, and make it if there is none.

        Raises:
            RatingStoreError: the file is of another test, or is none of ratings, or the system
                refuses.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RatingStoreError(
                f"{path.parent} cannot be made ({error.strerror}); give another place."
            ) from error
        with _transaction(path) as database:
            if not _tables(database):
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    database.execute(statement)
                row = (test.digest, test.to_json())
                database.execute("INSERT INTO test VALUES (?, ?)", row)
        store = cls.open(path)
        if store.test.digest != test.digest:
            raise RatingStoreError(
                f"{path} holds ratings of another listening test; move it away or give another"
                " file for the ratings."
            )
        return store

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a file of ratings and read which test it is of.

        Raises:
            RatingStoreError: it is no file of ratings.
        """
        if not path.is_file():
            raise RatingStoreError(f"{path} does not exist; check the name.")
        with _transaction(path) as database:
            if _tables(database) != {"test", "listeners", "ratings"}:
                raise RatingStoreError(f"{path} is no file of ratings; give another name.")
            (description,) = database.execute("SELECT description FROM test").fetchone()
        return cls(path, ListeningTest.from_json(description.encode(), str(path)))

    def add(self, submission: Submission) -> None:
        """Keep all ratings of a submission, or none of them; those that are known stay.

        Raises:
            RevisionConflictError: a revision is known with other content.
            RatingStoreFullError: there is no room.
            RatingStoreError: the file is damaged or locked for too long.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with _transaction(self.path) as database:
            database.execute(
                "INSERT INTO listeners VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (submission.listener, submission.background.model_dump_json(), now),
            )
            for rating in submission.ratings:
                _add_rating(database, submission.listener, rating, now)

    def latest(self) -> list[StoredRating]:
        """The last revision of every rating, by listener and in the order they were taken."""
        query = (
            "SELECT listener, content, MAX(revision) FROM ratings"
            " GROUP BY listener, trial ORDER BY listener"
        )
        with _transaction(self.path) as database:
            rows = database.execute(query).fetchall()
        ratings = [
            StoredRating(listener, Rating.model_validate_json(content))
            for listener, content, _ in rows
        ]
        return sorted(ratings, key=lambda stored: (stored.listener, stored.rating.position))

    def backgrounds(self) -> dict[str, dict[str, str]]:
        """What each listener said of themselves."""
        with _transaction(self.path) as database:
            rows = database.execute("SELECT listener, background FROM listeners").fetchall()
        return {listener: json.loads(background) for listener, background in rows}


def _add_rating(database: sqlite3.Connection, listener: str, rating: Rating, now: str) -> None:
    key = (listener, rating.trial, rating.revision)
    content = rating.model_dump_json()
    known = database.execute(
        "SELECT content FROM ratings WHERE listener = ? AND trial = ? AND revision = ?", key
    ).fetchone()
    if known is None:
        database.execute("INSERT INTO ratings VALUES (?, ?, ?, ?, ?)", (*key, content, now))
    elif known[0] != content:
        raise RevisionConflictError(
            f"Revision {rating.revision} of the rating of {rating.trial} is stored with other"
            " scores; send it under a higher revision."
        )


def _tables(database: sqlite3.Connection) -> set[str]:
    rows = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    return {name for (name,) in rows}


@contextlib.contextmanager
def _transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection in one transaction that is on the disk at the end, or undone."""
    try:
        with contextlib.closing(_connect(path)) as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                database.execute("COMMIT")
            except BaseException:
                # SQLite may have rolled back on its own, as on a full disk.
                if database.in_transaction:
                    database.execute("ROLLBACK")
                raise
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise RatingStoreFullError(
                f"{path} has no room for more ratings; free space on the disk and send them again."
            ) from error
        raise RatingStoreError(
            f"{path} cannot be used for ratings ({error}); check the file and its folder."
        ) from error


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error:
        database.close()
        raise
    return database
