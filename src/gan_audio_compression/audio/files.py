"""Opens files by name: input with clear errors, output that is there whole or not at all."""

import contextlib
import hashlib
import io
import itertools
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO

from gan_audio_compression.audio.errors import (
    InputError,
    InputIsFolderError,
    InputMissingError,
    InputPermissionError,
    OutputError,
    OutputExistsError,
    OutputWriteError,
    write_advice,
)

_EXISTS = "{} exists; add --force to replace it."


@contextlib.contextmanager
def input_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading.

    Raises:
        InputMissingError: there is no such file.
        InputIsFolderError: it is a folder.
        InputPermissionError: it may not be read.
        InputError: the system refuses for another reason.
    """
    try:
        file = path.open("rb")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputMissingError(f"{path} does not exist; check the name.") from error
    except IsADirectoryError as error:
        raise InputIsFolderError(f"{path} is a folder; give the name of a file.") from error
    except PermissionError as error:
        raise InputPermissionError(f"{path} may not be read; ask its owner.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be opened: {error.strerror}.") from error
    with file:
        yield file


@contextlib.contextmanager
def output_file(path: Path, overwrite: bool) -> Iterator[BinaryIO]:
    """Open a file for writing that takes its name at the end, and only if all went well.

    Until then it lies beside its place under a name of its own. What a killed program has left
    there is removed by the next call for the same `path`. Missing folders are made, and removed
    again after a failure. A file that is replaced leaves its permissions to the new one. What is
    no regular file, such as /dev/null or a named pipe, is written directly.

    Raises:
        OutputExistsError: the file exists, at the beginning or at the end, and `overwrite` is
            false.
        OutputWriteError: the system refuses; also raised by writing to the file.
        OutputError: `path` is a folder.
    """
    with _write_errors(path):
        mode = _mode(path)
    if mode is not None and stat.S_ISDIR(mode):
        raise OutputError(f"{path} is a folder; give the name of a file.")
    if mode is not None and not stat.S_ISREG(mode):
        with _open(path, path, "w") as file:
            yield file
        return
    if mode is not None and not overwrite:
        raise OutputExistsError(_EXISTS.format(path))
    # A link stays a link: the file that it names is replaced.
    target = Path(os.path.realpath(path))
    with _folders(target.parent, path), _aside(target, path) as aside:
        with _open(aside, path, "w") as file:
            if mode is not None:
                with _write_errors(path):
                    aside.chmod(stat.S_IMODE(mode))
            yield file
        with _write_errors(path):
            _rename(aside, target, path, overwrite)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path for a file that takes the name `path` at the end, and only if all went well.

    It is "`path`.part", so that what a killed program left there is no more than one file. Missing
    folders are made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.part")
    try:
        yield aside
        os.replace(aside, path)
    finally:
        with contextlib.suppress(OSError):
            aside.unlink()


@contextlib.contextmanager
def _aside(target: Path, path: Path) -> Iterator[Path]:
    """Make an empty file beside a target; it is removed at the end if it has not been renamed.

    It is named for the target, so that one left behind is found; whoever writes to the same
    target meanwhile takes the next name.
    """
    digest = hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]
    names = (target.with_name(f".{digest}-{number}.part") for number in itertools.count())
    with contextlib.ExitStack() as held:
        with _write_errors(path):
            aside = next(name for name in names if _made(name, held))
            made = aside.stat()
        try:
            yield aside
        finally:
            # Once it has been renamed, another may have the name.
            with contextlib.suppress(OSError):
                if os.path.samestat(made, aside.stat()):
                    aside.unlink()


def _made(aside: Path, held: contextlib.ExitStack) -> bool:
    """Make a file, locked as long as it is held; tell whether no other process has it."""
    with contextlib.suppress(ImportError, OSError), aside.open("rb") as left:
        if _locked(left, aside):
            aside.unlink()
    try:
        file = held.enter_context(aside.open("xb"))
    except FileExistsError:
        return False
    try:
        return _locked(file, aside)
    except (ImportError, OSError):
        # Without locks no file is taken for one left behind; some systems rename no open files.
        file.close()
        return True


def _locked(file: IO[bytes], path: Path) -> bool:
    """Lock a file while it is open; tell whether no other has, and it still lies at its path."""
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except (BlockingIOError, FileNotFoundError):
        return False


class _OutputFile(io.FileIO):
    """A file whose errors of writing name the path that the user gave."""

    def __init__(self, file: Path, path: Path, mode: str) -> None:
        super().__init__(file, mode)
        self._path = path

    def write(self, data: Any) -> int:
        with _write_errors(self._path):
            return super().write(data)


def _open(file: Path, path: Path, mode: str) -> io.BufferedWriter:
    with _write_errors(path):
        return io.BufferedWriter(_OutputFile(file, path, mode))


def _mode(path: Path) -> int | None:
    """Type and permissions of a file; None where there is none."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def _folders(folder: Path, path: Path) -> Iterator[None]:
    """Make a folder and those above it; after a failure, remove those made that are empty."""
    with _write_errors(path):
        missing = [made for made in (folder, *folder.parents) if not made.exists()]
    try:
        with _write_errors(path):
            folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for made in missing:
            with contextlib.suppress(OSError):
                made.rmdir()
        raise


def _rename(aside: Path, target: Path, path: Path, overwrite: bool) -> None:
    if overwrite:
        os.replace(aside, target)
        return
    try:
        _rename_to_new(aside, target)
    except FileExistsError as error:
        raise OutputExistsError(_EXISTS.format(path)) from error


def _rename_to_new(aside: Path, target: Path) -> None:
    """Rename; raise FileExistsError where another process has made the target meanwhile."""
    try:
        os.link(aside, target)
    except FileExistsError:
        raise
    except OSError:
        # A file system without links: an empty file holds the name until the whole one has it.
        target.touch(exist_ok=False)
        os.replace(aside, target)


@contextlib.contextmanager
def _write_errors(path: Path) -> Iterator[None]:
    """Turn the system's errors into one that names the path."""
    try:
        yield
    except OSError as error:
        raise OutputWriteError(
            f"{path} cannot be written ({error.strerror}); {write_advice(error, 'place')}."
        ) from error
