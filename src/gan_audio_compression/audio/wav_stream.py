"""WAV from a pipe, decoded as it comes.

libsndfile reads pipes too, but finds nothing behind a header of length 0, stops after 4 GiB, and
a thread that feeds it cannot be ended while it waits for input. So the chunks are found here, and
libsndfile decodes each block behind a small header of its own (RIFF WAVE: Multimedia Programming
Interface and Data Specifications 1.0, IBM and Microsoft, 1991).
"""

import io
import struct
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from gan_audio_compression.audio.callbacks import read_fully
from gan_audio_compression.audio.claimed_length import is_unknown_length

_BLOCKS_A_SECOND = 8
_LONGEST_BLOCK = 1 << 16
_LONGEST_HEADER = 1 << 20

# PCM, float, A-law, mu-law, extensible: formats whose frames can be decoded one by one.
_FORMAT_TAGS = {0x0001, 0x0003, 0x0006, 0x0007, 0xFFFE}


class WavStream:
    """The samples of a WAV file whose header has been read from `file`.

    Attributes:
        sample_rate: in Hz.
        channels: number of channels.
    """

    def __init__(self, file: BinaryIO, format_chunk: bytes, data_length: int | None) -> None:
        """Take the whole fmt chunk and the length of the data in bytes, None if not known.

        Raises:
            soundfile.LibsndfileError: libsndfile does not know the format.
        """
        self._file = file
        self._format_chunk = format_chunk
        self._remaining = data_length
        (self._frame_bytes,) = struct.unpack_from("<H", format_chunk, 20)
        with sf.SoundFile(self._wav_file(b"")) as empty:
            self.sample_rate: int = empty.samplerate
            self.channels: int = empty.channels

    @property
    def claimed_frames(self) -> int | None:
        """How many frames are still to come by the header; None where it does not say."""
        return None if self._remaining is None else self._remaining // self._frame_bytes

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Yield [n, channels] samples, an eighth of a second each, as soon as they are there."""
        frames = min(max(1, self.sample_rate // _BLOCKS_A_SECOND), _LONGEST_BLOCK)
        while data := self._read(frames * self._frame_bytes):
            block, _ = sf.read(self._wav_file(data), dtype="float32", always_2d=True)
            yield block

    def _read(self, size: int) -> bytes:
        """Read whole frames of at most `size` bytes in all; none at the end."""
        if self._remaining is not None:
            size = min(size, self._remaining)
            self._remaining -= size
        data = read_fully(self._file, size)
        return data[: len(data) - len(data) % self._frame_bytes]

    def _wav_file(self, data: bytes) -> io.BytesIO:
        """Return a WAV file of its own for some of the frames."""
        chunks = b"WAVE" + self._format_chunk + b"data" + struct.pack("<I", len(data)) + data
        return io.BytesIO(b"RIFF" + struct.pack("<I", len(chunks)) + chunks)


def open_wav_stream(file: BinaryIO) -> tuple[WavStream | None, bytes]:
    """Read the header of a WAV file from a pipe.

    Returns:
        The stream of samples, None where it is no WAV file or not of simple frames; and the
        bytes that have been read.
    """
    head = read_fully(file, 12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return None, head
    format_chunk = b""
    while len(head) < _LONGEST_HEADER and len(chunk := read_fully(file, 8)) == 8:
        head += chunk
        name, length = struct.unpack("<4sI", chunk)
        if name == b"data":
            # An empty data chunk is one of unknown length, unless the file goes on behind it.
            (whole,) = struct.unpack_from("<I", head, 4)
            goes_on = len(head) < 8 + whole and not is_unknown_length(whole)
            unknown = is_unknown_length(length) and not (length == 0 and goes_on)
            return _stream_of(file, format_chunk, None if unknown else length), head
        # Chunks begin at even places.
        body = read_fully(file, min(length + length % 2, _LONGEST_HEADER))
        head += body
        if name == b"fmt ":
            format_chunk = chunk + body
    return None, head


def _stream_of(file: BinaryIO, format_chunk: bytes, data_length: int | None) -> WavStream | None:
    if len(format_chunk) < 24:
        return None
    tag, channels, _, _, frame_bytes, bits = struct.unpack_from("<HHIIHH", format_chunk, 8)
    if tag not in _FORMAT_TAGS or not 0 < frame_bytes == channels * bits // 8:
        return None
    try:
        return WavStream(file, format_chunk, data_length)
    except sf.LibsndfileError:
        return None
