"""MP3 and MP2: frames one after the other, the first of which may say their number.

Frames: ISO/IEC 11172-3 and 13818-3. The number: Xing's VBR header and Fraunhofer's VBRI.
"""

from dataclasses import dataclass
from typing import NamedTuple

from gan_audio_compression.audio.formats.part import Part, Source, read_at, size_of

# In kbit/s, by the index in the header; MPEG 2 and 2.5 have rates of their own.
_BITRATES = {
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SAMPLE_RATES = (44_100, 48_000, 32_000)

# MPEG 1, 2 and 2.5, which halve the rate each; by the bits of the header.
_VERSIONS = {3: 1, 2: 2, 0: 3}

_FRAME_HEADER_BYTES = 4
# Enough for the header of a frame, its side information and the name and number of a VBR header.
_LOOK_BYTES = 64
_BLOCK = 1 << 16
_TAGS = (b"ID3", b"TAG", b"APE", b"\0")


class _Kind(NamedTuple):
    """What all frames of a recording share."""

    version: int
    layer: int
    sample_rate: int
    is_mono: bool


@dataclass(frozen=True)
class _Frame:
    """A frame.

    Attributes:
        kind: of recording.
        length: in bytes.
        count: how many frames follow, where this one is a VBR header, 0 where that does not say;
            None where it is none.
    """

    kind: _Kind
    length: int
    count: int | None


def mpeg_part(source: Source, start: int) -> Part | None:
    """Find the frames of a recording that begins at `start`; None if none does."""
    first = _frame_at(source, start)
    if first is None or not _is_followed(source, start, first):
        return None
    frame: _Frame | None = first
    place, gone, size = start, 0, size_of(source)
    while frame is not None and _is_of(frame, first, gone):
        after = place + frame.length
        if not _is_followed(source, place, frame):
            after = _next_place(source, place, first.kind) or after
        place, gone = after, gone + 1
        frame = _frame_at(source, place)
    end = min(place, size)
    says = bool(first.count)
    share = 1.0 if says else None
    return Part(start, end - start, end, claimed_share=share, is_cut=place > size and not says)


def _is_of(frame: _Frame, first: _Frame, gone: int) -> bool:
    """Whether a frame belongs to the recording of the first, after as many frames of it."""
    is_another = gone > 0 and frame.count is not None
    return frame.kind == first.kind and not is_another and (not first.count or gone <= first.count)


def _is_followed(source: Source, place: int, frame: _Frame) -> bool:
    """Whether a frame or tag, padding or the end of the file is where a frame says that it ends."""
    after = read_at(source, place + frame.length, _LOOK_BYTES)
    return not after or after.startswith(_TAGS) or _frame(after) is not None


def _next_place(source: Source, place: int, kind: _Kind) -> int | None:
    """Return where the next frame of a kind begins, behind one that is cut or damaged."""
    block = read_at(source, place, _BLOCK)
    at = 0
    while (at := block.find(b"\xff", at + 1)) >= 0:
        frame = _frame_at(source, place + at)
        if frame is not None and frame.kind == kind and _is_followed(source, place + at, frame):
            return place + at
    return None


def _frame_at(source: Source, place: int) -> _Frame | None:
    return _frame(read_at(source, place, _LOOK_BYTES))


def _frame(data: bytes) -> _Frame | None:
    """Return the frame that begins with `data`; None if there is none, or one of free format."""
    data = data.ljust(_LOOK_BYTES, b"\0")
    bits = int.from_bytes(data[:_FRAME_HEADER_BYTES])
    version, layer = _VERSIONS.get(bits >> 19 & 3), 4 - (bits >> 17 & 3)
    bitrate_at, rate_at, padding = bits >> 12 & 15, bits >> 10 & 3, bits >> 9 & 1
    if bits >> 21 != 0x7FF or version is None or layer == 4:
        return None
    if bitrate_at in (0, 15) or rate_at == 3:
        return None
    bitrate = (
        1000 * _BITRATES[min(version, 2), layer if version == 1 else min(layer, 2)][bitrate_at]
    )
    sample_rate = _SAMPLE_RATES[rate_at] >> (version - 1)
    if layer == 1:
        length = 4 * (12 * bitrate // sample_rate + padding)
    else:
        length = (72 if layer == 3 and version > 1 else 144) * bitrate // sample_rate + padding
    kind = _Kind(version, layer, sample_rate, bits >> 6 & 3 == 3)
    return _Frame(kind, length, _count(data, kind))


def _count(data: bytes, kind: _Kind) -> int | None:
    """Return how many frames follow a VBR header, 0 if it does not say; None if it is none."""
    if kind.layer != 3:
        return None
    side_bytes = {(True, True): 17, (True, False): 32, (False, True): 9, (False, False): 17}
    xing = _FRAME_HEADER_BYTES + side_bytes[kind.version == 1, kind.is_mono]
    if data[xing : xing + 4] in (b"Xing", b"Info"):
        return int.from_bytes(data[xing + 8 : xing + 12]) if data[xing + 7] & 1 else 0
    if data[36:40] == b"VBRI":
        return int.from_bytes(data[50:54])
    return None
