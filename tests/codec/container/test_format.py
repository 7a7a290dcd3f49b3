"""docs/format.md is enough: a second reader and second decoders, which share nothing with ours.

`read_by_the_document`, `decode_arithmetic` and `decode_huffman` follow the document alone, with
integers and the standard library.
"""

import binascii
import heapq
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audio_compression.codec.container.chunk import (
    CHECKSUM_BYTES,
    FRAMING_BYTES,
    LEVEL_BYTES,
    ChunkSizes,
    content_limit,
)
from gan_audio_compression.codec.container.header import Header
from gan_audio_compression.codec.container.levels import Level
from gan_audio_compression.codec.container.writer import ContainerWriter
from gan_audio_compression.codec.kinds import KINDS
from gan_audio_compression.entropy.coder import make_coder
from gan_audio_compression.entropy.errors import CorruptPayloadError
from gan_audio_compression.entropy.tables import TOTAL, LevelTables
from gan_audio_compression.signal.spec import HIGHEST_RATE, LOWEST_RATE

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "format.md"
Decoder = Callable[[bytes, Sequence[Sequence[int]], Sequence[int]], list[int] | None]
LEVELS = st.lists(st.integers(0, 255), min_size=1, max_size=6).map(
    lambda codes: [
        Level(200 * place, code) for place, (code, _) in enumerate(itertools.groupby(codes))
    ]
)
"""Levels of a chunk, each of 200 frames and unlike the one before."""

RATES = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 96000]


class DocumentedChunk(NamedTuple):
    levels: list[tuple[int, int]]
    payload: bytes
    samples: int


class DocumentedFile(NamedTuple):
    fingerprint: bytes
    sample_rate: int
    coder: str
    segments: int
    total: int
    chunks: list[DocumentedChunk]


def read_by_the_document(data: bytes) -> DocumentedFile:
    """Read a file that is sound, and assert that it is."""
    rest = io.BytesIO(data)

    def number() -> int:
        byte = rest.read(1)[0]
        return byte if byte < 128 else byte - 128 + 128 * number()

    assert rest.read(4) == b"GAC\x02"
    flags = rest.read(1)[0]
    fingerprint = rest.read(4)
    code = rest.read(1)[0]
    rate = number() if code == 255 else RATES[code]
    header = data[: rest.tell()]
    chunk_samples = 16384 * 2 ** (flags // 2)
    chunks: list[DocumentedChunk] = []
    total = 0
    while total == 0:
        begin = rest.tell()
        size, is_last = divmod(number(), 2)
        total = number() if is_last else 0
        size, has_changes = divmod(size, 2)
        levels = [(0, rest.read(1)[0])]
        content = rest.tell()
        for _ in range(number() + 1 if has_changes else 0):
            levels.append((levels[-1][0] + number() + 1, rest.read(1)[0]))
        payload = rest.read(content + size - rest.tell())
        assert len(chunks) < 128, "the index of a later chunk takes two bytes"
        checked = header + bytes([len(chunks)]) + data[begin : rest.tell()]
        assert int.from_bytes(rest.read(4), "little") == binascii.crc32(checked)
        samples = chunk_samples
        if is_last:
            samples = (total * 16000 + rate - 1) // rate - len(chunks) * chunk_samples
            assert 1 <= samples <= chunk_samples
        chunks.append(DocumentedChunk(levels, payload, samples))
    assert rest.read() == b""
    coder = "huffman" if flags % 2 else "arithmetic"
    return DocumentedFile(fingerprint, rate, coder, 2 ** (flags // 2), total, chunks)


def decode_arithmetic(
    payload: bytes, tables: Sequence[Sequence[int]], contexts: Sequence[int]
) -> list[int] | None:
    """Levels of an arithmetic payload; None where the document calls it corrupt."""
    bounds = [list(lower_bounds(counts)) for counts in tables]
    words = io.BytesIO(payload)
    offset = int.from_bytes(words.read(8).ljust(8, b"\0"), "big")
    span = 2**64 - 1
    levels = []
    for context in contexts:
        unit = span // 2**24
        quantile = offset // unit
        if quantile >= 2**24:
            return None
        lower = bounds[context]
        level = max(i for i in range(len(lower) - 1) if lower[i] <= quantile)
        offset -= unit * lower[level]
        span = unit * (lower[level + 1] - lower[level])
        if span < 2**32:
            span *= 2**32
            offset = offset * 2**32 + int.from_bytes(words.read(4).ljust(4, b"\0"), "big")
        levels.append(level)
    return levels


def lower_bounds(counts: Sequence[int]) -> Iterator[int]:
    below = 0
    for level, count in enumerate(counts):
        yield below * (2**24 - len(counts)) // 2**16 + level
        below += count
    yield 2**24


def decode_huffman(
    payload: bytes, tables: Sequence[Sequence[int]], contexts: Sequence[int]
) -> list[int] | None:
    """Levels of a Huffman payload; None where the document calls it corrupt."""
    trees = [children(counts) for counts in tables]
    padded = payload + bytes(-len(payload) % 4)
    bits = iter([byte >> place & 1 for byte in padded for place in range(8)])
    levels = []
    for context in contexts:
        tree = trees[context]
        node = max(tree)
        while node in tree:
            bit = next(bits, None)
            if bit is None:
                return None
            node = tree[node][bit]
        levels.append(node)
    return levels


def children(counts: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Both children of each inner node; the root has the highest number."""
    nodes = [(count, level) for level, count in enumerate(counts)]
    heapq.heapify(nodes)
    tree = {}
    for number in range(len(counts), 2 * len(counts) - 1):
        first, second = heapq.heappop(nodes), heapq.heappop(nodes)
        tree[number] = (first[1], second[1])
        heapq.heappush(nodes, (first[0] + second[0], number))
    return tree


@given(
    sample_rate=st.sampled_from(RATES) | st.integers(1000, 768_000),
    coder=st.sampled_from(["arithmetic", "huffman"]),
    segments=st.sampled_from([1, 2, 4, 8, 16]),
    contents=st.lists(st.tuples(LEVELS, st.binary(max_size=300)), min_size=1, max_size=9),
    share=st.floats(0.01, 1),
)
def test_the_second_reader_reads_what_the_writer_wrote(
    sample_rate: int,
    coder: str,
    segments: int,
    contents: list[tuple[list[Level], bytes]],
    share: float,
) -> None:
    header = Header(b"\x00\xff\x80\x7f", sample_rate, coder, segments)
    total = int((len(contents) - 1 + share) * header.chunk_samples * sample_rate / 16000)
    file = io.BytesIO()
    writer = ContainerWriter(file, header)
    for index, (levels, payload) in enumerate(contents, start=1):
        writer.write(levels, payload, total if index == len(contents) else None)
    read = read_by_the_document(file.getvalue())
    assert read[:5] == (b"\x00\xff\x80\x7f", sample_rate, coder, segments, total)
    assert [(chunk.levels, chunk.payload) for chunk in read.chunks] == contents
    assert sum(chunk.samples for chunk in read.chunks) == -(-total * 16000 // sample_rate)


@pytest.mark.parametrize(
    ("name", "second_decoder"), [("arithmetic", decode_arithmetic), ("huffman", decode_huffman)]
)
@pytest.mark.parametrize("concentration", [0.02, 0.3, 1.0, 100.0])
def test_the_second_decoders_give_the_same_levels_and_see_the_same_corruption(
    name: str, second_decoder: Decoder, concentration: float
) -> None:
    random = np.random.default_rng(int(100 * concentration))
    corrupt = 0
    for _ in range(60):
        levels, tables = int(random.integers(2, 40)), int(random.integers(1, 5))
        shares = random.dirichlet(np.full(levels, concentration), tables)
        counts = 1 + np.floor(shares * (TOTAL - levels)).astype(np.int32)
        counts[:, 0] += TOTAL - counts.sum(axis=1)
        size = int(random.integers(0, 200))
        contexts = random.integers(0, tables, size)
        symbols = random.integers(0, levels, size)
        coder = make_coder(name, LevelTables(counts))
        payload = coder.encode(symbols, contexts)
        assert second_decoder(payload, counts.tolist(), contexts.tolist()) == symbols.tolist()
        for garbage in [random.bytes(40), b"\xff" * 20, payload[: len(payload) // 2]]:
            expected: list[int] | None
            try:
                expected = coder.decode(garbage, contexts).tolist()
            except CorruptPayloadError:
                expected = None
                corrupt += 1
            assert second_decoder(garbage, counts.tolist(), contexts.tolist()) == expected
    assert corrupt > 0


def test_equal_counts_are_joined_in_the_order_of_their_numbers() -> None:
    assert children([16384] * 4) == {4: (0, 1), 5: (2, 3), 6: (4, 5)}


def test_the_document_has_the_sizes_that_fields_take() -> None:
    """The most bytes of each, measured where they are written."""
    text = DOCUMENT.read_text("utf-8")
    largest, total = content_limit(Header(bytes(4), 16_000, "arithmetic", 16)), 2**63 - 1
    sizes = ChunkSizes(largest, True, total).to_bytes()
    payload_size = len(ChunkSizes(largest, True, None).to_bytes())
    short, *long = (
        len(Header(bytes(4), rate, "arithmetic", 16).to_bytes()) - 9
        for rate in (48_000, LOWEST_RATE, HIGHEST_RATE)
    )
    assert f"sizes 1 to {len(sizes)} | level {LEVEL_BYTES} |" in text
    assert f"payload n | checksum {CHECKSUM_BYTES}" in text
    assert f"| payload size | 1 to {payload_size} |" in text
    assert f"| number of samples | 1 to {len(sizes) - payload_size} |" in text
    assert text.count(f"sample rate {short}, or {long[0]} to {long[1]}") == 1
    assert f"| sample rate | {short}, or {long[0]} to {long[1]} |" in text
    assert len(sizes) + LEVEL_BYTES + CHECKSUM_BYTES == FRAMING_BYTES == 17


def test_the_document_names_each_kind_of_model() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert all(f"kind `{kind}`" in text for kind in KINDS)
