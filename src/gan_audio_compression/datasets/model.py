"""A model that knows how to turn itself into bytes."""

import hashlib
import json
from typing import Any, Protocol, Self

from kedro.io import Version
from kedro.utils import load_obj
from kedro_datasets._typing import JSONPreview

from gan_audio_compression.datasets.files import DatasetFileError, FileDataset


class Serialisable(Protocol):
    """What a class must offer for its objects to be kept in a file."""

    def to_bytes(self) -> bytes:
        """The whole object."""

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The object that `to_bytes` wrote."""


class ModelDataset(FileDataset[Serialisable, Serialisable]):
    """A model as one file; its class decides on the format, this dataset only moves the bytes."""

    def __init__(
        self,
        filepath: str,
        model: str,
        version: Version | None = None,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """
        Args:
            filepath: Path or fsspec URL of the file.
            model: Dotted path of a class with `to_bytes` and `from_bytes`.
            version: Kedro's load and save versions.
            credentials: Arguments of the filesystem from `credentials.yml`.
            fs_args: Other arguments of the filesystem.
            metadata: Kept for plugins such as Kedro-Viz.
        """
        super().__init__(filepath, version, credentials, fs_args, metadata)
        self._model = model

    def load(self) -> Serialisable:
        """The model.

        Raises:
            DatasetFileError: If the file is missing or the catalog names no such class.
        """
        return self._model_class().from_bytes(self.read_bytes())

    def save(self, data: Serialisable) -> None:
        """Write the model.

        Raises:
            DatasetFileError: If `data` is of another class than the catalog says.
        """
        if not isinstance(data, self._model_class()):
            raise DatasetFileError(
                f"{self._filepath} is for {self._model}, not for {type(data).__name__}: "
                "correct the model in the catalog."
            )
        self.write_bytes(data.to_bytes())

    def preview(self) -> JSONPreview:
        """Size and digest of the file, for Kedro-Viz."""
        data = self.read_bytes()
        summary = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        return JSONPreview(json.dumps(summary))

    def _model_class(self) -> type[Serialisable]:
        # Imported at first use: the catalog is built for every command, and models need torch.
        try:
            model_class: type[Serialisable] = load_obj(self._model)
        except (ImportError, AttributeError, ValueError) as error:
            raise DatasetFileError(
                f"{self._model} cannot be imported: correct the model of {self._filepath} "
                "in the catalog."
            ) from error
        return model_class

    def _describe(self) -> dict[str, Any]:
        return super()._describe() | {"model": self._model}
