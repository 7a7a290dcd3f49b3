"""Several arrays by name in one safetensors file."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load, save

from gan_audio_compression.datasets.files import DatasetFileError, FileDataset

FloatArrays = Mapping[str, npt.NDArray[np.float32]]


class ArraysDataset(FileDataset[FloatArrays, FloatArrays]):
    """Float32 arrays of any shapes by name, such as a shard of log mels, in one file."""

    def load(self) -> FloatArrays:
        """The arrays.

        Raises:
            DatasetFileError: If the file is missing, or is not a complete safetensors file.
        """
        data = self.read_bytes()
        try:
            arrays: FloatArrays = load(data)
        except SafetensorError as error:
            raise DatasetFileError(
                f"{self._filepath} is not a complete safetensors file: make it again."
            ) from error
        return arrays

    def save(self, data: FloatArrays) -> None:
        """Write the arrays.

        Raises:
            DatasetFileError: If one is not float32.
        """
        for name, array in data.items():
            if array.dtype != np.float32:
                raise DatasetFileError(
                    f"{self._filepath} cannot hold {array.dtype} as {name}: convert the array to"
                    " float32."
                )
        self.write_bytes(save({name: np.ascontiguousarray(a) for name, a in data.items()}))
