"""What a loop has recorded so far: immutable files beside the table that it will become.

An object store cannot append: some write the whole object again, and some keep the last piece
alone. So records are gathered for a while, and each lot is a file of its own.
"""

import json
import os
import socket
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from gan_audio_compression.datasets.files import DatasetFileError, write_whole

Record = dict[str, Any]

# A kill loses what was not yet written, so at most two seconds of work or a fiftieth of it.
_SHORTEST_WAIT, _SHARE_OF_WORK = 2.0, 1 / 50
_MOST_RECORDS = 1000
_CLAIM = "claim.json"
# A run on another machine that has said nothing for so long is dead.
_SILENT_SECONDS = 600.0


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
        self._lines: list[str] = []
        self._claim: Claim | None = None
        self._written = 0
        self._started = self._last = time.monotonic()

    def add(self, line: str) -> None:
        """Keep a record, a line of JSON, and write those that have waited for long enough.

        Raises:
            DatasetFileError: If another run writes the same log.
        """
        if self._claim is None:
            self._begin()
        self._lines.append(line)
        now = time.monotonic()
        wait = max(_SHORTEST_WAIT, _SHARE_OF_WORK * (now - self._started))
        if now - self._last >= wait or len(self._lines) >= _MOST_RECORDS:
            self.flush()

    def flush(self) -> None:
        """Write what was kept."""
        if self._claim is None or not self._lines:
            return
        # Names sort by the time at which a run began, then by their number.
        name = f"{self._claim.since}-{self._claim.run}-{self._written:06}.jsonl"
        write_whole(self._fs, f"{self._folder}/{name}", "\n".join(self._lines).encode())
        self._write_claim()
        self._lines.clear()
        self._written += 1
        self._last = time.monotonic()

    def leave(self) -> None:
        """Write what was kept, and let others write, at the end of a run that has not closed."""
        if self._claim is not None:
            self.flush()
            self._fs.rm(f"{self._folder}/{_CLAIM}")
            self._claim = None

    def delete(self) -> None:
        """Forget all: the table has it."""
        self._lines.clear()
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

    def _begin(self) -> None:
        self.require_unclaimed()
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H.%M.%S")
        self._claim = Claim(uuid.uuid4().hex[:8], socket.gethostname(), os.getpid(), now, 0.0)
        self._started = self._last = time.monotonic()
        self._write_claim()

    def _write_claim(self) -> None:
        assert self._claim is not None
        there = asdict(self._claim) | {"seen": time.time()}
        write_whole(self._fs, f"{self._folder}/{_CLAIM}", json.dumps(there).encode())

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
