"""`info`: what a .gac file says of itself."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import click

from gan_audio_compression.codec.container.chunk import Chunk
from gan_audio_compression.codec.container.header import VERSION
from gan_audio_compression.codec.container.reader import ContainerReader
from gan_audio_compression.codec.models import model_name_of
from gan_audio_compression.command_line import options
from gan_audio_compression.command_line.reporting import about
from gan_audio_compression.command_line.standard import source_file, standard_output
from gan_audio_compression.signal.spec import SAMPLE_RATE


@dataclass(frozen=True)
class Info:
    """A .gac file in figures.

    Attributes:
        version: of the format.
        model: name of the model that made it, None where it does not come with this program.
        fingerprint: of that model, in hexadecimal.
        coder: the entropy coder.
        sample_rate: of the recording, in Hz.
        samples: of the recording.
        seconds: of the recording.
        chunks: number of chunks, each of which decodes alone.
        chunk_seconds: length of each but the last.
        level_db: what chunks are brought to, re full scale, in order.
        size: bytes of the file.
        payload: bytes of entropy-coded symbols among them.
        bit_rate: of the file, in bit/s.
    """

    version: int
    model: str | None
    fingerprint: str
    coder: str
    sample_rate: int
    samples: int
    seconds: float
    chunks: int
    chunk_seconds: float
    level_db: list[float]
    size: int
    payload: int
    bit_rate: float


@click.command(short_help="Say what is in a .gac file.")
@click.argument("file", metavar="FILE", type=options.PATH)
@options.as_json
@options.debug
def info(file: Path, as_json: bool, debug: bool) -> None:
    """Say what is in a .gac file, having checked all of it; - is standard input."""
    with source_file(file) as source, about(file):
        described = read_info(source)
    with standard_output():
        click.echo(json.dumps(asdict(described)) if as_json else as_text(described))


def read_info(file: BinaryIO) -> Info:
    """Read a .gac file to its end, its payloads undecoded.

    Raises:
        BitstreamError: it is none, or damaged.
    """
    reader = ContainerReader(file)
    header = reader.header
    chunks = [chunk for chunk in reader.chunks() if isinstance(chunk, Chunk)]
    samples = chunks[-1].total or 0
    seconds = samples / header.sample_rate
    return Info(
        version=VERSION,
        model=model_name_of(header.fingerprint),
        fingerprint=header.fingerprint.hex(),
        coder=header.coder,
        sample_rate=header.sample_rate,
        samples=samples,
        seconds=seconds,
        chunks=len(chunks),
        chunk_seconds=header.chunk_samples / SAMPLE_RATE,
        level_db=[-0.5 * level.code for chunk in chunks for level in chunk.levels],
        size=reader.size,
        payload=sum(len(chunk.payload) for chunk in chunks),
        bit_rate=8 * reader.size / seconds,
    )


def as_text(info: Info) -> str:
    """Return lines for a person to read."""
    levels = f"{min(info.level_db):.1f}"
    if max(info.level_db) > min(info.level_db):
        levels += f" to {max(info.level_db):.1f}"
    chunks = "1 chunk" if info.chunks == 1 else f"{info.chunks} chunks"
    return "\n".join(
        (
            f"format       .gac version {info.version}",
            f"model        {info.model or 'unknown'} ({info.fingerprint})",
            f"recording    {info.seconds:.3f} s, {info.samples} samples at {info.sample_rate} Hz",
            f"level        {levels} dB re full scale",
            f"coding       {info.coder}, {chunks} of {info.chunk_seconds} s or less",
            f"size         {info.size} bytes, {info.payload} of them payload",
            f"bit rate     {info.bit_rate / 1000:.3f} kbit/s",
        )
    )
