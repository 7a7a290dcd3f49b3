"""WAV, RF64, BW64, Wave64, AIFF and CAF: files of chunks, one of which holds the samples.

RIFF WAVE: Multimedia Programming Interface and Data Specifications 1.0, IBM and Microsoft, 1991.
RF64 and BW64: EBU Tech 3306, ITU-R BS.2088. Wave64: Sony. AIFF and AIFF-C: Apple, 1989 and 1991.
CAF: Apple Core Audio Format 1.0.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from gan_audio_compression.audio.formats.lengths import extent, is_unknown_length
from gan_audio_compression.audio.formats.part import Part, Source, read_at, size_of

_MOST_CHUNKS = 1000
_LONGEST_CHUNK = 1 << 20
_LONGEST_RIFF = 0xFFFF_0000
_ENDLESS = 1 << 62

# The chunk of RF64 that holds the lengths, and those without which no samples can be decoded.
_LENGTHS = b"ds64"
_NEEDED = (b"fmt ", b"FVER", b"COMM", b"desc", b"kuki", b"pakt")

# PCM, float, A-law, mu-law, extensible: formats whose frames can be decoded as they come.
_PLAIN_TAGS = {0x0001, 0x0003, 0x0006, 0x0007, 0xFFFE}

# What a chunk may be called, and what begins another file.
_CHUNK_NAME = re.compile(rb"(?!RIFF|RIFX|RF64|BW64|riff|FORM|caff|fLaC|OggS)[ -~]{4}")


@dataclass(frozen=True)
class _Container:
    """How a kind of files is written.

    Attributes:
        form: layout of what stands before the chunks.
        chunk: layout of the name and the length of a chunk.
        counted: how much of its own header a chunk's length counts, in bytes.
        alignment: chunks begin at its multiples.
        samples: the name of the chunk that holds the samples.
        before: bytes in that chunk before the samples.
        longest: number of bytes of samples that it can hold.
    """

    form: str
    chunk: str
    counted: int = 0
    alignment: int = 2
    samples: bytes = b"data"
    before: int = 0
    longest: int = _LONGEST_RIFF


# Written as RF64 where it is longer than RIFF can be.
_RIFF = _Container("<4sI4s", "<4sI", longest=_ENDLESS)
_RIFX = _Container(">4sI4s", ">4sI")
_WAVE64 = _Container("<16sQ16s", "<4s12xQ", counted=24, alignment=8, longest=_ENDLESS)
_AIFF = _Container(">4sI4s", ">4sI", samples=b"SSND", before=8)
_CAF = _Container(">4sI", ">4sq", alignment=1, before=4, longest=_ENDLESS)

_BEGINNINGS = (
    (rb"(RIFF|RF64|BW64)....WAVE", _RIFF),
    (rb"RIFX....WAVE", _RIFX),
    (rb"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0.{8}wave.{12}", _WAVE64),
    (rb"FORM....AIF[FC]", _AIFF),
    (rb"caff", _CAF),
)


@dataclass
class _Header:
    """What a file says of its samples.

    Attributes:
        container: how the file is written.
        form: what stands before the chunks.
        chunks: the content of those that say more of the samples, by name.
        before: what stands before the samples in their chunk.
        begin: the place of the samples.
        claimed: how many bytes they are; None if unknown.
    """

    container: _Container
    form: bytes
    chunks: dict[bytes, bytes] = field(default_factory=dict)
    before: bytes = b""
    begin: int = 0
    claimed: int | None = None

    def keep(self, name: bytes, source: Source, place: int, length: int) -> None:
        """Read the content of a chunk, if it says more of the samples."""
        if name in (_LENGTHS, *_NEEDED):
            self.chunks[name] = read_at(source, place, min(length, _LONGEST_CHUNK))


def chunked_part(source: Source, start: int) -> Part | None:
    """Find the samples of a file of chunks that begins at `start`; None if there is none."""
    header = _header(source, start)
    if header is None:
        return None
    length, share = extent(source, header.begin, header.claimed)
    length = min(length, header.container.longest)
    end = header.begin + length
    # What is needed may stand behind the samples as well.
    for name, place, chunk_length in _following(source, header.container, start, end):
        header.keep(name, source, place, chunk_length)
        end = place + chunk_length
    return Part(header.begin, length, end, _written(header, length), share)


def live_part(source: Source, start: int) -> Part | None:
    """Find the samples of a WAV file that begins at `start`, without looking behind them.

    None if it is no WAV, RF64 or BW64, or one whose frames cannot be decoded as they come.
    """
    header = _header(source, start)
    if header is None or header.container is not _RIFF or not _is_plain(header):
        return None
    length = _ENDLESS if header.claimed is None else header.claimed
    share = None if header.claimed is None else 1.0
    end = header.begin + length
    return Part(header.begin, length, end, _written(header, length), share, is_live=True)


def end_of_live(source: Source, part: Part) -> int:
    """Return the place behind the chunks that follow on the samples of a live part."""
    end = part.end
    for _, place, length in _following(source, _RIFF, part.start, end):
        end = place + length
    return end


def _header(source: Source, start: int) -> _Header | None:
    beginning = read_at(source, start, 40)
    container = next((one for form, one in _BEGINNINGS if re.match(form, beginning, re.S)), None)
    if container is None:
        return None
    form = beginning[: struct.calcsize(container.form)]
    header = _Header(container, form)
    for name, place, length in _chunks(source, container, start, start + len(form)):
        if name == container.samples:
            header.before = read_at(source, place, container.before)
            header.begin = place + container.before
            header.claimed = _claimed(source, header, start, length - container.before)
            return header
        if length < 0:
            return None
        header.keep(name, source, place, length)
    return None


def _chunks(
    source: Source, container: _Container, start: int, place: int
) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, place and length of the content of the chunks from a place on."""
    for _ in range(_MOST_CHUNKS):
        place += (start - place) % container.alignment
        header = read_at(source, place, struct.calcsize(container.chunk))
        if len(header) < struct.calcsize(container.chunk):
            return
        name, length = struct.unpack(container.chunk, header)
        place += len(header)
        yield name, place, length - container.counted
        place += length - container.counted


def _following(
    source: Source, container: _Container, start: int, place: int
) -> Iterator[tuple[bytes, int, int]]:
    """Yield the chunks that follow on the samples, which end at a place."""
    for name, begin, length in _chunks(source, container, start, place):
        # A pipe may have no end, so it is asked for last.
        if not _CHUNK_NAME.match(name) or not 0 <= length <= size_of(source) - begin:
            return
        yield name, begin, length


def _claimed(source: Source, header: _Header, start: int, length: int) -> int | None:
    """Return how many bytes of samples the file says that it has; None if it does not know."""
    if _LENGTHS in header.chunks and is_unknown_length(length):
        length = int.from_bytes(header.chunks[_LENGTHS][8:16], "little")
    if not is_unknown_length(length):
        return length
    return 0 if length == 0 and _is_chunk(source, header, start) else None


def _is_chunk(source: Source, header: _Header, start: int) -> bool:
    """Whether another chunk is where the samples should be; a file without samples is read so."""
    if header.container is _CAF:
        return False
    size = struct.unpack(header.container.form, header.form)[1]
    whole = start + size + (0 if header.container is _WAVE64 else 8)
    # Behind a header alone, from a pipe, there may be nothing to wait for.
    if is_unknown_length(size) or whole <= header.begin:
        return False
    chunks = _chunks(source, header.container, start, header.begin)
    name, place, length = next(chunks, (b"", 0, -1))
    return bool(_CHUNK_NAME.match(name)) and 0 <= length <= whole - place


def _is_plain(header: _Header) -> bool:
    content = header.chunks.get(b"fmt ", b"")
    if len(content) < 16:
        return False
    tag, channels, _, _, frame_bytes, bits = struct.unpack_from("<HHIIHH", content)
    return tag in _PLAIN_TAGS and 0 < frame_bytes == channels * bits // 8


def _written(header: _Header, length: int) -> bytes:
    """Return a header that says the true number of bytes of the samples that follow on it."""
    container = _RIFF if header.container is _WAVE64 else header.container
    form, counted = header.form, length + len(header.before)
    chunks = {name: header.chunks[name] for name in _NEEDED if name in header.chunks}
    if container is _RIFF and length <= _LONGEST_RIFF:
        form = struct.pack(container.form, b"RIFF", _LONGEST_RIFF, b"WAVE")
    elif container is _RIFF:
        form = struct.pack(container.form, b"RF64", 0xFFFF_FFFF, b"WAVE")
        chunks = {_LENGTHS: struct.pack("<QQQI", length, length, 0, 0)} | chunks
        counted = 0xFFFF_FFFF
    written = form
    for name, content in chunks.items():
        padding = bytes(len(content) % container.alignment)
        written += struct.pack(container.chunk, name, len(content)) + content + padding
    return written + struct.pack(container.chunk, container.samples, counted) + header.before
