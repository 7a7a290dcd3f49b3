"""The bytes of one compressed utterance."""

from gan_audio_compression.datasets.files import FileDataset


class BitstreamDataset(FileDataset[bytes, bytes]):
    """One .gac file, byte for byte, so that its size is the rate that was paid."""

    def load(self) -> bytes:
        """The bytes of the file.

        Raises:
            DatasetFileError: If there is no such file.
        """
        return self.read_bytes()

    def save(self, data: bytes) -> None:
        """Write the bytes."""
        self.write_bytes(data)
