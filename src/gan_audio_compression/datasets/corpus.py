"""A folder of speech as somebody else laid it out: read only."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from kedro.io import AbstractDataset
from kedro_datasets._typing import JSONPreview

from gan_audio_compression.corpus.folder import files_below
from gan_audio_compression.datasets.files import DatasetFileError, open_filesystem

_PREVIEWED_PATHS = 20


@dataclass(frozen=True)
class SpeechCorpus:
    """The files below one folder.

    Attributes:
        root: The folder, as its filesystem names it.
        paths: Paths of all files relative to the folder, sorted, with forward slashes; hidden
            files and folders are left out.
        tags: What an object store calls the content of each, by path; empty where it says nothing.
    """

    root: str
    paths: tuple[str, ...]
    tags: Mapping[str, str]
    _fs: Any

    def reader(self, path: str) -> Callable[[], bytes]:
        """What reads a file, for a worker: it does not hold the list of all the others."""
        return partial(replace(self, paths=(), tags={}).read_bytes, path)

    def version(self, path: str) -> str:
        """What changes when a file does: its MD5, which most stores know of what came as a whole.

        Raises:
            DatasetFileError: If there is no such file.
        """
        return self.tags.get(path) or hashlib.md5(self.read_bytes(path)).hexdigest()

    def read_bytes(self, path: str) -> bytes:
        """The content of the file at a relative path.

        Raises:
            DatasetFileError: If there is no such file.
        """
        try:
            data: bytes = self._fs.cat_file(f"{self.root}/{path}")
        except FileNotFoundError as error:
            raise DatasetFileError(
                f"{path} is not in the corpus {self.root}: has it changed during the run?"
            ) from error
        return data

    def read_text(self, path: str) -> str:
        """The content of a text file; bytes that are not UTF-8 become U+FFFD."""
        return self.read_bytes(path).decode("utf-8", errors="replace")


class SpeechCorpusDataset(AbstractDataset[NoReturn, SpeechCorpus]):
    """A folder of recordings and labels, such as TIMIT, that the project never writes to."""

    def __init__(
        self,
        path: str,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """
        Args:
            path: Path or fsspec URL of the folder.
            credentials: Arguments of the filesystem from `credentials.yml`.
            fs_args: Other arguments of the filesystem.
            metadata: Kept for plugins such as Kedro-Viz.
        """
        self._fs, self._protocol, root = open_filesystem(path, credentials, fs_args)
        self._root = root.rstrip("/")
        self.metadata = metadata

    def load(self) -> SpeechCorpus:
        """List the folder; no file is read yet.

        Raises:
            DatasetFileError: If the folder does not exist.
        """
        if not self._exists():
            raise DatasetFileError(
                f"The corpus folder {self._root} does not exist: set corpus.path, for example "
                "with --params corpus.path=FOLDER."
            )
        local = self._protocol == "file"
        tags = dict.fromkeys(files_below(Path(self._root)), "") if local else dict(self._tagged())
        paths = sorted(path for path in tags if not _is_hidden(path))
        return SpeechCorpus(self._root, tuple(paths), {} if local else tags, self._fs)

    def save(self, data: NoReturn) -> NoReturn:
        """Refused: a corpus is raw data.

        Raises:
            DatasetFileError: Always.
        """
        raise DatasetFileError(
            f"The corpus {self._root} is read only: save to another dataset of the catalog."
        )

    def preview(self) -> JSONPreview:
        """The number of files and the first of them, for Kedro-Viz."""
        paths = self.load().paths
        return JSONPreview(json.dumps({"files": len(paths), "first": paths[:_PREVIEWED_PATHS]}))

    def _tagged(self) -> Iterator[tuple[str, str]]:
        root = self._fs._strip_protocol(self._root).rstrip("/")
        for file, about in self._fs.find(root, detail=True).items():
            yield file[len(root) + 1 :], str(about.get("ETag", "")).strip('"')

    def _exists(self) -> bool:
        return bool(self._fs.isdir(self._root))

    def _describe(self) -> dict[str, Any]:
        return {"path": self._root, "protocol": self._protocol}


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in PurePosixPath(path).parts)
