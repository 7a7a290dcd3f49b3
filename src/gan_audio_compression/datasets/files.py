"""One file of bytes behind any fsspec URL: the base of the datasets that keep a file each."""

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import fsspec
from fsspec.implementations.local import LocalFileSystem
from kedro.io import AbstractVersionedDataset, DatasetError, Version
from kedro.io.core import get_filepath_str, get_protocol_and_path

from gan_audio_compression.errors import GanAudioCompressionError

Saved = TypeVar("Saved")
Loaded = TypeVar("Loaded")


class DatasetFileError(GanAudioCompressionError, DatasetError):
    """A file or folder of the catalog cannot be used as it is; the message is one sentence."""


def open_filesystem(
    filepath: str, credentials: dict[str, Any] | None, fs_args: dict[str, Any] | None
) -> tuple[Any, str, str]:
    """The fsspec filesystem of a URL, its protocol, and the path inside it."""
    protocol, path = get_protocol_and_path(filepath)
    return fsspec.filesystem(protocol, **(credentials or {}), **(fs_args or {})), protocol, path


def is_local(fs: Any) -> bool:
    """Whether a filesystem is that of this machine."""
    return isinstance(fs, LocalFileSystem)


def write_whole(fs: Any, path: str, data: bytes) -> None:
    """Write `data` to `path` so that a reader sees the old file or the new one, never a part.

    Args:
        fs: An fsspec filesystem. On this machine the data are written aside, then renamed; in a
            store an object appears as a whole, and to rename it would only be to write it twice.
        path: Where the file goes; folders that are missing are made.
        data: The whole content.
    """
    if not is_local(fs):
        fs.pipe_file(path, data)
        return
    # The suffix keeps a file that a killed run left behind out of partition listings.
    aside = f"{path}.{uuid.uuid4().hex}.tmp"
    fs.makedirs(PurePosixPath(path).parent.as_posix(), exist_ok=True)
    try:
        with fs.open(aside, "wb") as file:
            file.write(data)
        fs.mv(aside, path)
    except BaseException:
        with suppress(FileNotFoundError):
            fs.rm(aside)
        raise


@contextmanager
def on_this_machine(fs: Any, path: str) -> Iterator[Path]:
    """Give the path of a file, or of a copy for as long as it is needed where it is in a store."""
    if is_local(fs):
        yield Path(path)
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder) / PurePosixPath(path).name
        fs.get_file(path, copy.as_posix())
        yield copy


def file_on_this_machine(dataset: Any) -> AbstractContextManager[Path]:
    """Give the same of a dataset with one file by fsspec, as those of kedro-datasets are."""
    path = get_filepath_str(dataset._get_load_path(), dataset._protocol)
    return on_this_machine(dataset._fs, path)


class FileDataset(AbstractVersionedDataset[Saved, Loaded]):
    """A dataset whose whole content is the bytes of one file, versioned on request.

    Subclasses turn the bytes into what the pipelines work with.
    """

    def __init__(
        self,
        filepath: str,
        version: Version | None = None,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """
        Args:
            filepath: Path or fsspec URL of the file.
            version: Kedro's load and save versions, if the catalog says `versioned: true`.
            credentials: Arguments of the filesystem from `credentials.yml`.
            fs_args: Other arguments of the filesystem.
            metadata: Kept for plugins such as Kedro-Viz.
        """
        self._fs, self._protocol, path = open_filesystem(filepath, credentials, fs_args)
        self.metadata = metadata
        super().__init__(PurePosixPath(path), version, self._fs.exists, self._fs.glob)

    def read_bytes(self) -> bytes:
        """The bytes of the file.

        Raises:
            DatasetFileError: If there is no such file.
        """
        path = get_filepath_str(self._get_load_path(), self._protocol)
        try:
            data: bytes = self._fs.cat_file(path)
        except FileNotFoundError as error:
            raise DatasetFileError(
                f"{path} does not exist: run the pipeline that makes it first."
            ) from error
        return data

    def write_bytes(self, data: bytes) -> None:
        """Replace the file, or make this run's version of it, in one step."""
        path = get_filepath_str(self._get_save_path(), self._protocol)
        write_whole(self._fs, path, data)

    def _exists(self) -> bool:
        return bool(self._fs.exists(get_filepath_str(self._get_load_path(), self._protocol)))

    def _describe(self) -> dict[str, Any]:
        return {
            "filepath": self._filepath,
            "protocol": self._protocol,
            "version": self._version,
        }

    def _release(self) -> None:
        super()._release()
        self._fs.invalidate_cache(get_filepath_str(self._filepath, self._protocol))
