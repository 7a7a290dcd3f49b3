"""What a loop has recorded so far: immutable files beside the table that it will become.

An object store cannot append: some write the whole object again, and some keep the last piece
alone. So each lot of records is a file of its own.
"""

import json
import os
import socket
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from gan_audio_compression.datasets.files import DatasetFileError, write_whole

Record = dict[str, Any]

_CLAIM = "claim.json"
# A run says so often that it lives; one on another machine that has said nothing for long is dead.
_SAYING_SECONDS, _SILENT_SECONDS = 60.0, 600.0


@dataclass(frozen=True)
class Claim:
    """Who writes: only one run at a time may."""

    run: str
    host: str
    process: int
    since: str
    seen: float

    @property
    def is_live(self) -> bool:
        """Whether another process than this one may still be writing."""
        if self.host != socket.gethostname():
            return time.time() - self.seen < _SILENT_SECONDS
        return self.process != os.getpid() and _is_running(self.process)


class LogParts:
    """The records of one log that are no table yet.

    Args:
        fs: An fsspec filesystem.
        path: of the table.
    """

    def __init__(self, fs: Any, path: str) -> None:
        self._fs = fs
        self._path = path
        self._folder = f"{path}.parts"
        self._claim: Claim | None = None
        self._written = 0

    def add(self, lines: list[str]) -> None:
        """Write records, each a line of JSON.

        Raises:
            DatasetFileError: If another run writes the same log.
        """
        claim = self._claimed()
        # Names sort by the time at which a run began, then by their number.
        name = f"{claim.since}-{claim.run}-{self._written:06}.jsonl"
        write_whole(self._fs, f"{self._folder}/{name}", "\n".join(lines).encode())
        self._written += 1

    def leave(self) -> None:
        """Let others write, at the end of a run that has not closed."""
        if self._claim is not None:
            self._fs.rm(f"{self._folder}/{_CLAIM}")
            self._claim = None

    def delete(self) -> None:
        """Forget all: the table has it."""
        self._claim = None
        if self.exist():
            self._fs.rm(self._folder, recursive=True)

    def require_unclaimed(self) -> None:
        """Raise DatasetFileError if another run writes the log."""
        claim = self._claim_there()
        if claim is not None and claim.is_live:
            raise DatasetFileError(
                f"{self._path} is being written by another run (process {claim.process} on"
                f" {claim.host}, since {claim.since} UTC): wait until it ends, or stop it."
            )

    def records(self) -> Iterator[Record]:
        """Yield the records, earlier ones first."""
        if not self.exist():
            return
        names = [str(name) for name in self._fs.ls(self._folder, detail=False)]
        for name in sorted(name for name in names if name.endswith(".jsonl")):
            yield from map(json.loads, self._fs.cat_file(name).splitlines())

    def exist(self) -> bool:
        """Whether there is any."""
        return bool(self._fs.exists(self._folder))

    def _claimed(self) -> Claim:
        """Return this run's claim, and say now and then that it lives."""
        claim = self._claim
        if claim is None:
            self.require_unclaimed()
            since = datetime.now(UTC).strftime("%Y-%m-%dT%H.%M.%S")
            claim = Claim(uuid.uuid4().hex[:8], socket.gethostname(), os.getpid(), since, 0.0)
        if time.time() - claim.seen >= _SAYING_SECONDS:
            claim = replace(claim, seen=time.time())
            write_whole(self._fs, f"{self._folder}/{_CLAIM}", json.dumps(asdict(claim)).encode())
        self._claim = claim
        return claim

    def _claim_there(self) -> Claim | None:
        try:
            return Claim(**json.loads(self._fs.cat_file(f"{self._folder}/{_CLAIM}")))
        except FileNotFoundError:
            return None


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
