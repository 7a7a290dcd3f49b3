"""A float32 array in a NumPy file."""

import io

import numpy as np
import numpy.typing as npt

from gan_audio_compression.datasets.files import DatasetFileError, FileDataset

FloatArray = npt.NDArray[np.float32]


class ArrayDataset(FileDataset[FloatArray, FloatArray]):
    """A float32 array of any shape, such as a log mel, as an .npy file without pickled objects."""

    def load(self) -> FloatArray:
        """The array.

        Raises:
            DatasetFileError: If the file is missing, or is not an .npy file of float32.
        """
        data = self.read_bytes()
        try:
            array: FloatArray = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise DatasetFileError(
                f"{self._filepath} is not a complete .npy file of numbers: make it again."
            ) from error
        if array.dtype != np.float32:
            raise DatasetFileError(
                f"{self._filepath} holds {array.dtype} where float32 is expected: make it again."
            )
        return array

    def save(self, data: FloatArray) -> None:
        """Write the array.

        Raises:
            DatasetFileError: If the array is not float32.
        """
        if data.dtype != np.float32:
            raise DatasetFileError(
                f"{self._filepath} cannot hold {data.dtype}: convert the array to float32."
            )
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, data, allow_pickle=False)
        self.write_bytes(buffer.getvalue())
