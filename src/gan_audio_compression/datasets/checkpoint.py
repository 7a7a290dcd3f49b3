"""A local folder in which training keeps its checkpoints."""

from pathlib import Path
from typing import Any, NoReturn

from kedro.io import AbstractDataset

from gan_audio_compression.datasets.files import DatasetFileError, is_local, open_filesystem


class CheckpointStoreDataset(AbstractDataset[NoReturn, Path]):
    """A folder that training code reads and writes by itself while its node runs."""

    def __init__(self, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """
        Args:
            filepath: Path of the folder on this machine.
            metadata: Kept for plugins such as Kedro-Viz.
        """
        self._filepath = filepath
        self.metadata = metadata

    def load(self) -> Path:
        """The folder, made if it is missing.

        Raises:
            DatasetFileError: If the path is not on the local filesystem.
        """
        fs, _, path = open_filesystem(self._filepath, None, None)
        if not is_local(fs):
            raise DatasetFileError(
                f"Checkpoints cannot be kept at {self._filepath}: name a folder on this machine in "
                "the environment variable GAC_SCRATCH."
            )
        Path(path).mkdir(parents=True, exist_ok=True)
        return Path(path)

    def save(self, data: NoReturn) -> NoReturn:
        """Refused: only training code writes checkpoints.

        Raises:
            DatasetFileError: Always.
        """
        raise DatasetFileError(
            f"The checkpoint folder {self._filepath} cannot be saved to: use it as a node's input."
        )

    def _exists(self) -> bool:
        # The folder is made when it is asked for, so it is never what a run lacks.
        return True

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath}
