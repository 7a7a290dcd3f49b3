"""Audio as it comes: when it is given on, that chunks make no difference, and bounded memory."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import pytest
import soundfile

import gan_audio_compression
from gan_audio_compression.audio.errors import AudioFormatError
from gan_audio_compression.codec.codec import Codec
from gan_audio_compression.codec.container.chunk import Chunk
from gan_audio_compression.codec.container.reader import ContainerReader
from gan_audio_compression.codec.receiver import Receiver
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.level import active_level_db

pytestmark = pytest.mark.usefixtures("rough_phase")

CHUNK = 65_536
SECONDS = 10


class Wire(io.RawIOBase):
    """The other end of a pipe: takes bytes and counts them."""

    def __init__(self) -> None:
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.data += bytes(data)
        return len(data)


class Pipe(io.RawIOBase):
    """A source that cannot be sought and notes at each read how much `wire` had got by then."""

    def __init__(self, data: bytes, wire: Wire) -> None:
        self._file = io.BytesIO(data)
        self._wire = wire
        self.progress: list[tuple[int, int]] = []

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def readinto(self, buffer: Any) -> int:
        self.progress.append((self._file.tell(), len(self._wire.data)))
        return self._file.readinto(buffer)


@pytest.fixture(scope="module")
def codec(segment_model: SegmentModel) -> Codec:
    return Codec(segment_model)


@pytest.fixture(scope="module")
def speech(make_speech: Any) -> np.ndarray:
    return np.asarray(make_speech(SECONDS * 16_000, 0))


@pytest.fixture(scope="module")
def live(codec: Codec, speech: np.ndarray) -> bytes:
    """Three chunks, as they come from a microphone."""
    target = io.BytesIO()
    codec.encode_blocks([speech], 16_000, target, effort=0)
    return target.getvalue()


def chunk_ends(data: bytes) -> list[int]:
    """Where each chunk of a file ends, in bytes."""
    reader = ContainerReader(io.BytesIO(data))
    return [reader.size for _ in reader.chunks()]


def wav(samples: np.ndarray, rate: int) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV", subtype="PCM_16")
    return file.getvalue()


def test_a_piped_wav_is_coded_as_it_comes(codec: Codec, speech: np.ndarray) -> None:
    wire = Wire()
    source = Pipe(wav(speech, 16_000), wire)
    # The buffer would hold the file back to its end, if nobody flushed it.
    target = io.BufferedWriter(wire, 1 << 20)
    coded = codec.encode_file(cast(BinaryIO, source), target, effort=0)
    ends = chunk_ends(wire.data)
    assert (coded.size, len(ends)) == (len(wire.data), 3)
    for number, end in enumerate(ends[:2], start=1):
        # A chunk needs 256 samples of the next one, and the reader gives an eighth of a second.
        needed = 44 + 2 * (number * CHUNK + 256 + 2000)
        assert min(read for read, written in source.progress if written >= end) <= needed


def test_blocks_are_coded_as_they_come(codec: Codec, speech: np.ndarray) -> None:
    wire = Wire()
    progress: list[tuple[int, int]] = []

    def blocks() -> Iterator[np.ndarray]:
        for start in range(0, len(speech), 1000):
            progress.append((start, len(wire.data)))
            yield speech[start : start + 1000]

    codec.encode_blocks(blocks(), 16_000, io.BufferedWriter(wire, 1 << 20), effort=0)
    for number, end in enumerate(chunk_ends(wire.data)[:2], start=1):
        needed = number * CHUNK + 256 + 1000
        assert min(given for given, written in progress if written >= end) <= needed


def test_how_blocks_are_cut_changes_nothing(codec: Codec, speech: np.ndarray, live: bytes) -> None:
    target = io.BytesIO()
    blocks = np.split(speech, [0, 1, 7, 1000, 1000, 99_999])
    coded = codec.encode_blocks(blocks, 16_000, target, effort=0)
    assert target.getvalue() == live
    assert (coded.seconds, coded.size) == (SECONDS, len(live))


def test_audio_is_given_before_the_file_has_ended(codec: Codec, live: bytes) -> None:
    source = io.BytesIO(live)
    blocks, rate = codec.decode_blocks(source)
    assert source.tell() < chunk_ends(live)[0]
    given, heard = [], 0
    for end in chunk_ends(live)[:2]:
        given.append(next(blocks))
        heard += len(given[-1])
        assert source.tell() == end
        # 896 samples wait for the next chunk.
        assert heard == CHUNK * len(given) - 896
    samples, expected_rate = codec.decode(live)
    assert rate == expected_rate
    assert np.array_equal(np.concatenate([*given, *blocks]), samples)


def test_a_piped_wav_can_be_heard_as_it_comes(codec: Codec, live: bytes) -> None:
    wire = Wire()
    source = Pipe(live, wire)
    coded = codec.decode_file(cast(BinaryIO, source), cast(BinaryIO, wire))
    first, second, _ = chunk_ends(live)
    heard = {read: written for read, written in source.progress}
    assert heard[first] == 44 + 2 * (CHUNK - 896)
    assert heard[second] == 44 + 2 * (2 * CHUNK - 896)
    samples, _ = codec.decode(live)
    written = np.frombuffer(wire.data[44:], "<i2") / 32768
    assert np.abs(written - samples.clip(-1, 1)).max() < 1.1 / 32768
    assert (coded.seconds, coded.size) == (SECONDS, len(live))
    with pytest.raises(AudioFormatError, match="pipe"):
        codec.decode_file(io.BytesIO(live), cast(BinaryIO, Wire()), format="flac")


def test_a_live_level_follows_the_speaker(codec: Codec, sentence: np.ndarray) -> None:
    quiet = (np.tile(sentence, 2)[:CHUNK] / 10).astype(np.float32)
    for louder in (1, 8):
        file = io.BytesIO()
        codec.encode_blocks([quiet, louder * quiet], 16_000, file, effort=0)
        file.seek(0)
        chunks = [c for c in ContainerReader(file).chunks() if isinstance(c, Chunk)]
        # What the first chunk has, no later one can change.
        first, second = (-0.5 * chunk.levels[-1].code for chunk in chunks)
        assert first == pytest.approx(active_level_db(quiet), abs=0.75)
        assert second - first == pytest.approx(20 * np.log10(louder), abs=0.7)


@pytest.mark.usefixtures("full_phase")
def test_the_length_of_chunks_changes_no_symbol(codec: Codec) -> None:
    # A period that fits into chunks and into the meter's windows: the level never changes.
    period = np.random.default_rng(0).uniform(-0.1, 0.1, 64)
    samples = np.tile(period - period.mean(), 250 * SECONDS)
    target = io.BytesIO()
    codec.encode_blocks([samples], 16_000, target, effort=0)
    chunks, whole = (
        list(Receiver(codec.model, io.BytesIO(data)).chunks())
        for data in (target.getvalue(), codec.encode(samples, 16_000, effort=0))
    )
    assert (len(chunks), len(whole)) == (3, 1)
    assert np.array_equal(np.concatenate([chunk.symbols for chunk in chunks]), whole[0].symbols)
    joined = np.concatenate([chunk.log_mel for chunk in chunks])
    np.testing.assert_allclose(joined, whole[0].log_mel, atol=1e-4)
    speech = np.concatenate([chunk.speech for chunk in chunks])
    # Another join later on, another phase; but until the first is near, nothing can differ.
    np.testing.assert_allclose(speech[:30_000], whole[0].speech[:30_000], atol=1e-6)
    gain = 0.05 / float(np.std(speech))
    first, second = (log_mel_spectrogram(gain * x) for x in (speech, whole[0].speech))
    assert np.abs(first - second).mean() < 0.1


@pytest.mark.usefixtures("full_phase")
def test_joins_do_not_click(hum_model: SegmentModel, speech: np.ndarray) -> None:
    target = io.BytesIO()
    codec = Codec(hum_model)
    codec.encode_blocks([speech, speech], 16_000, target, effort=0)
    bend = np.abs(np.diff(codec.decode(target.getvalue())[0], 2))
    for join in range(CHUNK, 2 * len(speech) - 4000, CHUNK):
        # Samples wait for the next chunk, so what is joined lies before its beginning.
        near = bend[join - 1200 : join + 160].max()
        around = [bend[start : start + 160].max() for start in range(join - 8000, join - 1600, 160)]
        assert near < 1.5 * np.median(around)


MEMORY = """
import io, sys
import numpy as np, soundfile, torch
from pathlib import Path
from gan_audio_compression import Codec

torch.set_num_threads(1)
codec, folder = Codec.load(sys.argv[1]), Path(sys.argv[2])

def peak_mebibytes():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

for seconds in (34, 94):
    with soundfile.SoundFile(folder / "a.wav", "w", 32_000, 1) as sound:
        for second in range(seconds):
            sound.write(np.random.default_rng(second).uniform(-0.1, 0.1, 32_000))
    with open(folder / "a.wav", "rb") as source, open(folder / "a.gac", "wb") as target:
        codec.encode_file(source, target, effort=0)
    with open(folder / "a.gac", "rb") as source, open(folder / "b.wav", "wb") as target:
        codec.decode_file(source, target)
    print(peak_mebibytes())
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is Linux's to tell")
def test_memory_does_not_grow_with_the_recording(
    segment_model: SegmentModel, tmp_path: Path
) -> None:
    model = tmp_path / "model.safetensors"
    model.write_bytes(segment_model.to_bytes())
    finished = subprocess.run(
        [sys.executable, "-c", MEMORY, str(model), str(tmp_path)],
        cwd=Path(gan_audio_compression.__file__).parents[1],
        # Training's settings make the allocator keep what is freed.
        env={name: value for name, value in os.environ.items() if "MALLOC" not in name},
        capture_output=True,
        text=True,
        check=True,
    )
    short, long = map(float, finished.stdout.split())
    # Decoded in one piece, a minute more would take far above 100 MiB.
    assert long - short < 100
