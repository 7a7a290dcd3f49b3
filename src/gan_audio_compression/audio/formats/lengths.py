"""How long a header says that the samples are, and how long they are."""

from gan_audio_compression.audio.formats.part import Source, size_of

# Programs that cannot know the length write zero or a little less than the largest number;
# 0x7F00_0000 is SoX's for AIFF.
_LARGEST_LENGTHS = (0x7F00_0010, 0x8000_0000, 0xFFFF_FFFF, 1 << 63, 1 << 64)
_A_LITTLE = 1 << 16


def is_unknown_length(length: int) -> bool:
    """Whether a length in bytes stands for one that the writer did not know."""
    return length <= 0 or any(0 <= largest - length <= _A_LITTLE for largest in _LARGEST_LENGTHS)


def extent(source: Source, begin: int, claimed: int | None) -> tuple[int, float | None]:
    """Return how many bytes of samples are there, and how many are claimed over that.

    Args:
        source: the file, up to whose end samples of unknown length go.
        begin: the place of the first of them.
        claimed: how many bytes the header says; None for an unknown length.
    """
    there = max(0, size_of(source) - begin)
    if claimed is None:
        return there, None
    length = min(claimed, there)
    return length, claimed / length if length else None
