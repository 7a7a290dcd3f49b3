"""How long an audio file says that it is, which tells when it has been cut."""

import logging
import os
import struct
from typing import BinaryIO

import soundfile as sf

logger = logging.getLogger(__name__)

# Programs that cannot know the length write zero or a little less than the largest number;
# 0x7F00_0000 is SoX's for AIFF.
_LARGEST_LENGTHS = (0x7F00_0010, 0x8000_0000, 0xFFFF_FFFF)
_A_LITTLE = 1 << 16

# A libsndfile format without a length of its own has the largest number that it can tell.
_LARGEST_FRAMES = 1 << 62
_MOST_CHUNKS = 1000

# Byte order, the chunk of the samples, and what stands in it before them.
_CHUNKED_FILES = {b"RIFF": ("<", b"data", 0), b"FORM": (">", b"SSND", 8)}

# Xing's and Fraunhofer's headers tell the length of an MP3; without one it is guessed.
_MP3_LENGTHS = (b"Xing", b"Info", b"VBRI")
_LONGEST_MP3_HEADER = 1 << 16

# Decoders may hold back the end of a frame, and nobody misses less.
_SHORTEST_LOSS_SECONDS = 0.1


def is_unknown_length(length: int) -> bool:
    """Whether the length of a chunk, in bytes, stands for one that the writer did not know."""
    return length == 0 or any(0 <= largest - length <= _A_LITTLE for largest in _LARGEST_LENGTHS)


def claimed_frames(file: BinaryIO, sound: sf.SoundFile) -> int | None:
    """Return how many frames a file says that it holds; None where it does not say.

    Args:
        file: seekable, at the beginning of the audio; it is left elsewhere.
        sound: the same file in libsndfile, which corrects the lengths of WAV and AIFF by itself.
    """
    frames: int = sound.frames
    if not 0 < frames < _LARGEST_FRAMES:
        return None
    if sound.format == "MP3":
        head = file.read(_LONGEST_MP3_HEADER)
        return frames if any(name in head for name in _MP3_LENGTHS) else None
    return round(frames * _claimed_part(file))


def warn_if_cut(claimed: int | None, came: int, sample_rate: int) -> None:
    """Log a warning if clearly fewer frames came than the file claimed."""
    if claimed is not None and claimed - came >= _SHORTEST_LOSS_SECONDS * sample_rate:
        logger.warning(
            "The file says %.1f s, but %.1f s were there: it is cut.",
            claimed / sample_rate,
            came / sample_rate,
        )


def _claimed_part(file: BinaryIO) -> float:
    """Return the claimed size of the samples over the size that is there; 1 if not WAV or AIFF."""
    magic = file.read(12)[:4]
    if magic not in _CHUNKED_FILES:
        return 1.0
    order, samples, before = _CHUNKED_FILES[magic]
    for _ in range(_MOST_CHUNKS):
        if len(chunk := file.read(8)) < 8:
            break
        name, length = struct.unpack(f"{order}4sI", chunk)
        if name == samples:
            begin = file.tell()
            there = file.seek(0, os.SEEK_END) - begin
            known = there > before and not is_unknown_length(length)
            return max(1.0, (length - before) / (there - before)) if known else 1.0
        # Chunks begin at even places.
        file.seek(length + length % 2, os.SEEK_CUR)
    return 1.0
