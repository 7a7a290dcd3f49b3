"""File objects as libsndfile calls them."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import BinaryIO, ParamSpec, TypeVar

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

# Windows knows no SIGHUP.
_SIGNALS = [getattr(signal, n) for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n)]


class CallbackFile:
    """Passes libsndfile's calls on to a file and keeps the first exception, Ctrl-C included.

    For libsndfile the file begins where it stands when this is made.

    An exception cannot cross libsndfile, which is written in C: it would be lost, and the audio
    end early without a word. After a failure the file is left alone.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start = file.tell()
        self._error: BaseException | None = None
        self._in_file = False

    @contextlib.contextmanager
    def signals_held(self) -> Iterator[None]:
        """Let signals such as Ctrl-C wait until libsndfile has returned or the file is called.

        Between the two lies code of soundfile: what a signal raises there is lost too. The file
        may wait for its data, so there a signal acts at once.
        """
        if threading.current_thread() is not threading.main_thread():
            # No other thread gets signals.
            yield
            return
        came: list[int] = []
        handlers = {signum: signal.getsignal(signum) for signum in _SIGNALS}
        heeded = {signum: handler for signum, handler in handlers.items() if callable(handler)}

        def hold(signum: int, frame: FrameType | None) -> None:
            if self._in_file:
                heeded[signum](signum, frame)
            else:
                came.append(signum)

        try:
            for signum in heeded:
                signal.signal(signum, hold)
            yield
        finally:
            for signum, handler in heeded.items():
                signal.signal(signum, handler)
            for signum in came:
                heeded[signum](signum, None)

    def raise_error(self) -> None:
        """Raise the exception that a call met, if any."""
        if self._error is not None:
            raise self._error

    def read(self, size: int) -> bytes:
        """Read `size` bytes, fewer only at the end of the file or after a failure."""
        return self._call(b"", read_fully, self._file, size)

    def write(self, data: bytes) -> int:
        """Return the number of bytes written, 0 after a failure."""
        return self._call(0, self._file.write, data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Return the new position, a negative one after a failure."""
        if whence == os.SEEK_SET:
            offset += self._start
        return self._call(-1, self._file.seek, offset, whence) - self._start

    def tell(self) -> int:
        """Return the position, a negative one after a failure."""
        return self._call(-1, self._file.tell) - self._start

    def _call(
        self,
        failed: _Result,
        function: Callable[_Arguments, _Result],
        *args: _Arguments.args,
        **kwargs: _Arguments.kwargs,
    ) -> _Result:
        if self._error is not None:
            return failed
        try:
            self._in_file = True
            result = function(*args, **kwargs)
            self._in_file = False
        except BaseException as error:
            self._in_file = False
            self._error = error
            return failed
        return result


def read_fully(file: BinaryIO, size: int) -> bytes:
    """Read `size` bytes, fewer only at the end; a pipe may give them in pieces."""
    data = file.read(size)
    while len(data) < size and (more := file.read(size - len(data))):
        data += more
    return data
