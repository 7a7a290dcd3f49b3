"""Signals that end the program, in good order: what is half done is cleaned up."""

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# Windows knows no SIGHUP.
_SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Ended(KeyboardInterrupt):
    """A signal ended the program; like Ctrl-C, it ends the worker processes too.

    Attributes:
        code: the exit code, as shells give it to a program that the signal ended.
    """

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.code = 128 + signum


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise `Ended` within, unless they are ignored, as by nohup."""
    heeded = [signum for signum in _SIGNALS if signal.getsignal(signum) == signal.SIG_DFL]

    def end(signum: int, frame: FrameType | None) -> None:
        # A second signal must not disturb the cleaning up.
        for other in heeded:
            signal.signal(other, signal.SIG_IGN)
        raise Ended(signum)

    for signum in heeded:
        signal.signal(signum, end)
    try:
        yield
    finally:
        for signum in heeded:
            signal.signal(signum, signal.SIG_DFL)


def leave_hangup_to_parent() -> None:
    """Ignore in a worker process the end of the terminal, which its parent passes on."""
    if multiprocessing.parent_process() is not None and hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
