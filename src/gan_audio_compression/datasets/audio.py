"""A mono wave in a WAV file."""

import io
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
from kedro.io import Version

from gan_audio_compression.datasets.files import DatasetFileError, FileDataset

Wave = npt.NDArray[np.float32]


class AudioDataset(FileDataset[Wave, Wave]):
    """A mono wave of shape (samples,), float32 in [-1, 1], as a WAV file of one sample rate.

    The subtype FLOAT gives back the very same samples; PCM_16 rounds to 16 bits and clips.
    """

    def __init__(
        self,
        filepath: str,
        sample_rate: int,
        subtype: str = "FLOAT",
        version: Version | None = None,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """
        Args:
            filepath: Path or fsspec URL of the file.
            sample_rate: Samples a second; a file of another rate is refused.
            subtype: Sample format as soundfile names it, such as FLOAT or PCM_16.
            version: Kedro's load and save versions.
            credentials: Arguments of the filesystem from `credentials.yml`.
            fs_args: Other arguments of the filesystem.
            metadata: Kept for plugins such as Kedro-Viz.
        """
        super().__init__(filepath, version, credentials, fs_args, metadata)
        self._sample_rate = sample_rate
        self._subtype = subtype

    def load(self) -> Wave:
        """The wave, float32 of shape (samples,).

        Raises:
            DatasetFileError: If the file is missing, unreadable, of another rate, or not mono.
        """
        data = self.read_bytes()
        try:
            wave, rate = soundfile.read(io.BytesIO(data), dtype="float32")
        except soundfile.LibsndfileError as error:
            raise DatasetFileError(
                f"{self._filepath} is not a readable audio file: make it again."
            ) from error
        if rate != self._sample_rate:
            raise DatasetFileError(
                f"{self._filepath} has {rate} samples a second where the catalog says "
                f"{self._sample_rate}: resample the file or correct the catalog."
            )
        if wave.ndim != 1:
            raise DatasetFileError(
                f"{self._filepath} has {wave.shape[1]} channels: mix it down to one."
            )
        return np.asarray(wave, dtype=np.float32)

    def save(self, data: Wave) -> None:
        """Write the wave.

        Raises:
            DatasetFileError: If `data` is not of shape (samples,).
        """
        if data.ndim != 1:
            raise DatasetFileError(
                f"{self._filepath} cannot hold a wave of shape {data.shape}: give one channel."
            )
        buffer = io.BytesIO()
        soundfile.write(buffer, data, self._sample_rate, format="WAV", subtype=self._subtype)
        self.write_bytes(buffer.getvalue())

    def _describe(self) -> dict[str, Any]:
        return super()._describe() | {
            "sample_rate": self._sample_rate,
            "subtype": self._subtype,
        }
