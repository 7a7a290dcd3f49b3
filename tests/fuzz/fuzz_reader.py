"""Damages .gac files at random and reads them: python tests/fuzz/fuzz_reader.py --files 100000.

Half of the files get checksums that are right again, so that what lies behind them is reached.
Each is read strictly and concealing, and its payloads are decoded. Only the errors that are meant
for it may come out, within a second and 100 MB, and what comes out must be possible. Anything else
is logged with the file in hex, and the exit status is 1. A file depends on the seed and its number
alone.
"""

import argparse
import io
import logging
import random
import resource
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gan_audio_compression.codec.container.chunk import Chunk, content_limit
from gan_audio_compression.codec.container.errors import BitstreamError
from gan_audio_compression.codec.container.fields import varint
from gan_audio_compression.codec.container.header import CODERS, Header
from gan_audio_compression.codec.container.levels import Level
from gan_audio_compression.codec.container.reader import ContainerReader
from gan_audio_compression.codec.container.writer import ContainerWriter
from gan_audio_compression.entropy.coder import EntropyCoder, make_coder
from gan_audio_compression.entropy.errors import CorruptPayloadError
from gan_audio_compression.entropy.tables import LevelTables

logger = logging.getLogger("fuzz_reader")

SECONDS = 1.0
MEGABYTES = 100
TABLES, LEVELS = 3, 5
RATES = (8000, 16000, 44100, 1000, 22051, 768_000)
SIZES = (0, 1, 127, 128, 8192, 8193, 16384, 2**21, 2**32, 2**60, 2**63 - 1)

Mutation = Callable[[bytearray, list[int], random.Random], None]


@dataclass(frozen=True)
class Sound:
    """A file before it is damaged: its payloads, and where its chunks begin and the last ends."""

    data: bytes
    payloads: list[bytes]
    bounds: list[int]


def make_coders(chance: random.Random) -> dict[str, EntropyCoder]:
    """Both coders with the same small tables."""
    generator = np.random.default_rng(chance.getrandbits(32))
    seen = generator.integers(0, 1000, (TABLES, LEVELS))
    tables = LevelTables.from_histogram(seen)
    return {name: make_coder(name, tables) for name in CODERS}


def contexts_of(samples: int) -> np.ndarray:
    """As many symbols as a small model would have: one for each 256 samples."""
    return np.arange(-(-samples // 256)) % TABLES


def make_file(coders: dict[str, EntropyCoder], chance: random.Random) -> Sound:
    """Make a sound file of one to five chunks."""
    name, rate = chance.choice(CODERS), chance.choice(RATES)
    header = Header(chance.randbytes(4), rate, name, 1 << chance.choice((0, 0, 0, 1, 2)))
    chunks = chance.randint(1, 5)
    share = chunks - chance.uniform(0, 0.99)
    total = max(1, int(share * header.chunk_samples * rate / 16000))
    file = io.BytesIO()
    writer = ContainerWriter(file, header)
    bounds, payloads = [writer.size], []
    contexts = contexts_of(header.chunk_samples)
    for left in range(chunks, 0, -1):
        symbols = np.frombuffer(chance.randbytes(len(contexts)), np.uint8) % LEVELS
        payloads.append(coders[name].encode(symbols, contexts))
        writer.write([Level(0, chance.randrange(256))], payloads[-1], total if left == 1 else None)
        bounds.append(writer.size)
    return Sound(file.getvalue(), payloads, bounds)


def flip_bits(data: bytearray, bounds: list[int], chance: random.Random) -> None:
    for _ in range(chance.choice((1, 1, 2, 8))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def change_bytes(data: bytearray, bounds: list[int], chance: random.Random) -> None:
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.choice((1, 1, 4, 30)))
    data[start:end] = chance.randbytes(end - start)


def cut_bytes(data: bytearray, bounds: list[int], chance: random.Random) -> None:
    start = chance.randrange(len(data))
    del data[start : chance.choice((len(data), start + chance.randint(1, 40)))]


def insert_bytes(data: bytearray, bounds: list[int], chance: random.Random) -> None:
    start = chance.choice((len(data), chance.randrange(len(data)), chance.choice(bounds)))
    data[start:start] = chance.randbytes(chance.choice((1, 3, 50)))


def shuffle_chunks(data: bytearray, bounds: list[int], chance: random.Random) -> None:
    chunks = [bytes(data[start:end]) for start, end in pairwise(bounds)]
    picked = chance.choices(chunks, k=chance.randint(1, len(chunks) + 1))
    data[bounds[0] :] = b"".join(picked)


def change_size(data: bytearray, bounds: list[int], chance: random.Random) -> None:
    start = chance.choice(bounds[:-1])
    data[start : start + chance.randint(1, 2)] = varint(chance.choice(SIZES))


def change_total(data: bytearray, bounds: list[int], chance: random.Random) -> None:
    start = bounds[-2]
    number = chance.choice((*SIZES, chance.randrange(200_000)))
    data[start : start + 5] = varint(2 * chance.randrange(60) + 1) + varint(number)


MUTATIONS: tuple[Mutation, ...] = (
    flip_bits,
    change_bytes,
    cut_bytes,
    insert_bytes,
    shuffle_chunks,
    change_size,
    change_total,
)


def reseal(data: bytearray, header_end: int) -> None:
    """Give each chunk that can still be told the checksum of its bytes."""
    header, start, index = bytes(data[:header_end]), header_end, 0
    while start < len(data):
        first, position = lenient_varint(data, start)
        if first & 1:
            _, position = lenient_varint(data, position)
        end = position + 1 + first // 2
        if end + 4 > len(data):
            return
        body = header + varint(index) + data[start:end]
        data[end : end + 4] = zlib.crc32(body).to_bytes(4, "little")
        start, index = end + 4, index + 1


def lenient_varint(data: bytearray, start: int) -> tuple[int, int]:
    """The number at `start`, in whatever form, and where it ends."""
    value = shift = 0
    for position in range(start, len(data)):
        value |= (data[position] & 0x7F) << shift
        shift += 7
        if data[position] < 0x80:
            return value, position + 1
    return value, len(data)


def damage(sound: Sound, chance: random.Random) -> tuple[bytes, bool]:
    """Return the damaged file, and whether its checksums were made right again."""
    data = bytearray(sound.data)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if len(data) > sound.bounds[0]:
            chance.choice(MUTATIONS)(data, sound.bounds, chance)
    resealed = chance.random() < 0.5
    if resealed:
        reseal(data, sound.bounds[0])
    return bytes(data), resealed


def read(
    data: bytes, coders: dict[str, EntropyCoder], conceal: bool, payloads: Sequence[bytes] | None
) -> Counter[str]:
    """Read a file and decode its payloads; return what came of it.

    Args:
        data: the file.
        coders: by name.
        conceal: read it so.
        payloads: all that may come out, each at its index; None if any may.

    Raises:
        AssertionError: something impossible came out; any other error is as bad.
    """
    outcomes: Counter[str] = Counter()
    way = "concealing" if conceal else "strict"
    try:
        reader = ContainerReader(io.BytesIO(data))
        for number, chunk in enumerate(reader.chunks(conceal)):
            assert chunk.index == number
            assert 0 < chunk.samples <= reader.header.chunk_samples
            if not isinstance(chunk, Chunk):
                assert conceal
                outcomes["lost chunk"] += 1
                continue
            assert len(chunk.payload) <= content_limit(reader.header)
            assert payloads is None or chunk.payload == payloads[number]
            outcomes[f"payload {decode(chunk, coders[reader.header.coder])}"] += 1
        outcomes[f"{way} read to the end"] += 1
    except BitstreamError as error:
        outcomes[f"{way} {type(error).__name__}"] += 1
    return outcomes


def decode(chunk: Chunk, coder: EntropyCoder) -> str:
    """Decode a payload and return what came of it."""
    contexts = contexts_of(chunk.samples)
    try:
        symbols = coder.decode(chunk.payload, contexts)
    except CorruptPayloadError as error:
        return type(error).__name__
    assert symbols.shape == contexts.shape
    assert ((symbols >= 0) & (symbols < LEVELS)).all()
    return "decoded"


def peak_bytes() -> int:
    """Largest memory of this process so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def fuzz(files: int, seed: int) -> tuple[Counter[str], int]:
    """Return the outcomes of that many files, and how many files behaved as none may."""
    outcomes: Counter[str] = Counter()
    failures = 0
    for number in range(files):
        chance = random.Random(f"{seed} {number}")
        coders = make_coders(chance)
        sound = make_file(coders, chance)
        data, resealed = damage(sound, chance)
        payloads = None if resealed else sound.payloads
        begin, peak = time.perf_counter(), peak_bytes()
        try:
            for conceal in (False, True):
                outcomes += read(data, coders, conceal, payloads)
            seconds = time.perf_counter() - begin
            assert seconds <= SECONDS, f"took {seconds:.1f} s"
            assert peak_bytes() - peak <= MEGABYTES * 10**6, "took too much memory"
        except Exception:
            failures += 1
            logger.exception("seed %d, file %d: %s", seed, number, data.hex())
    return outcomes, failures


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz as the command line says; return the exit status."""
    parser = argparse.ArgumentParser(description="Read randomly damaged .gac files.")
    parser.add_argument("--files", type=int, default=100_000, help="how many")
    parser.add_argument("--seed", type=int, default=0, help="another one gives other files")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    # A warning for each loss would be all there is to see.
    logging.getLogger("gan_audio_compression").setLevel(logging.ERROR)
    begin = time.perf_counter()
    outcomes, failures = fuzz(chosen.files, chosen.seed)
    for outcome, count in sorted(outcomes.items()):
        logger.info("%8d  %s", count, outcome)
    seconds = time.perf_counter() - begin
    logger.info("%d files in %.0f s, %d failures", chosen.files, seconds, failures)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
