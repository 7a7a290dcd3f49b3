"""Damaged files: refused as a whole, or concealed with silence where something is lost."""

import io
import logging
from typing import Any

import numpy as np
import pytest
import torch

from gan_audio_compression.codec.codec import Codec
from gan_audio_compression.codec.coding import Coding
from gan_audio_compression.codec.container.chunk import Chunk
from gan_audio_compression.codec.container.errors import (
    BitstreamError,
    CorruptError,
    TrailingDataError,
    TruncatedError,
)
from gan_audio_compression.codec.container.reader import ContainerReader
from gan_audio_compression.codec.container.writer import ContainerWriter
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.sender import Sender
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.chunks import cut

CHUNK = 65_536
SAMPLES = 3 * CHUNK + 20_000
STARTS = [0, CHUNK, 2 * CHUNK, 3 * CHUNK]
ENDS = [*STARTS[1:], SAMPLES]
# How far a loss reaches into its neighbours and they into it: frames that wait, and a window.
REACH = 2048


@pytest.fixture(scope="module")
def codec(segment_model: SegmentModel) -> Codec:
    return Codec(segment_model)


@pytest.fixture(scope="module")
def data(segment_model: SegmentModel, make_speech: Any) -> bytes:
    """Four chunks of a Huffman coder, which notices when a payload is too short."""
    file = io.BytesIO()
    coding = Coding(SearchConfig("encoder_only"), "huffman")
    sender = Sender(segment_model, file, 16_000, coding, 4)
    for piece in cut([make_speech(SAMPLES, 0)], sender.chunk_samples):
        total = SAMPLES if piece.last else None
        sender.send(piece, np.full(piece.frames, 52), total)
    return file.getvalue()


@pytest.fixture(scope="module")
def whole(codec: Codec, data: bytes) -> np.ndarray:
    return codec.decode(data)[0]


def chunk_ends(data: bytes) -> list[int]:
    """Where the header and each chunk end, in bytes."""
    reader = ContainerReader(io.BytesIO(data))
    return [reader.size, *(reader.size for _ in reader.chunks())]


def damaged(data: bytes, index: int) -> bytes:
    """The file with a flipped bit in the payload of one chunk."""
    position = chunk_ends(data)[index] + 40
    return data[:position] + bytes([data[position] ^ 4]) + data[position + 1 :]


def forged(data: bytes, index: int) -> bytes:
    """The file with half a payload in one chunk, and the checksum that belongs to that."""
    reader, file = ContainerReader(io.BytesIO(data)), io.BytesIO()
    writer = ContainerWriter(file, reader.header)
    for chunk in reader.chunks():
        assert isinstance(chunk, Chunk)
        size = len(chunk.payload) // (2 if chunk.index == index else 1)
        writer.write(chunk.levels, chunk.payload[:size], chunk.total)
    return file.getvalue()


def distance(first: np.ndarray, second: np.ndarray) -> float:
    """Mean distance of log mels in nepers: of the sound, whatever its phase."""
    mels = [log_mel_spectrogram(torch.from_numpy(samples)) for samples in (first, second)]
    return float((mels[0] - mels[1]).abs().mean())


def assert_lost(decoded: np.ndarray, whole: np.ndarray, lost: int) -> None:
    """One chunk is silent, and the others are what they were."""
    assert decoded.shape == whole.shape
    start, end = STARTS[lost], ENDS[lost]
    silent = decoded[start + REACH if lost else 0 : end - REACH if lost < 3 else end]
    assert np.abs(silent).max() < 1e-6
    assert np.abs(whole[start:end]).max() > 0.05
    before, after = slice(0, max(0, start - REACH)), slice(end + REACH, None)
    np.testing.assert_allclose(decoded[before], whole[before], atol=1e-6)
    if lost < 3:
        assert distance(decoded[after], whole[after]) < 0.2
    assert np.abs(decoded).max() < 2 * np.abs(whole).max()


@pytest.mark.parametrize("damage", [damaged, forged])
@pytest.mark.parametrize("lost", [0, 1, 2, 3])
def test_a_lost_chunk_is_silent_and_the_others_are_not(
    codec: Codec,
    data: bytes,
    whole: np.ndarray,
    lost: int,
    damage: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad = damage(data, lost)
    with caplog.at_level(logging.WARNING):
        decoded, rate = codec.decode(bad, conceal=True)
    assert rate == 16_000
    assert f"chunk {lost} (at {STARTS[lost] / 16_000:.3f} s)" in caplog.text
    assert_lost(decoded, whole, lost)


@pytest.mark.parametrize("damage", [damaged, forged])
@pytest.mark.parametrize("lost", [0, 2, 3])
def test_a_damaged_file_is_refused(codec: Codec, data: bytes, lost: int, damage: Any) -> None:
    bad = damage(data, lost)
    with pytest.raises(CorruptError, match=f"chunk {lost} "):
        codec.decode(bad)
    with pytest.raises(CorruptError, match=f"chunk {lost} "):
        codec.decode_file(io.BytesIO(bad), io.BytesIO())
    blocks, _ = codec.decode_blocks(io.BytesIO(bad))
    sound = [next(blocks) for _ in range(lost)]
    assert all(len(block) for block in sound)
    with pytest.raises(CorruptError, match=f"chunk {lost} "):
        next(blocks)


@pytest.mark.parametrize("chunks", [1, 2, 3])
@pytest.mark.parametrize("more", [0, 1, 100])
def test_a_cut_file_is_heard_as_far_as_it_goes(
    codec: Codec,
    data: bytes,
    whole: np.ndarray,
    chunks: int,
    more: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    cut_file = data[: chunk_ends(data)[chunks] + more]
    with pytest.raises(TruncatedError, match=f"chunk {chunks} "):
        codec.decode(cut_file)
    with caplog.at_level(logging.WARNING):
        decoded, _ = codec.decode(cut_file, conceal=True)
    assert f"chunk {chunks} " in caplog.text
    heard = STARTS[chunks]
    np.testing.assert_allclose(decoded[: heard - REACH], whole[: heard - REACH], atol=1e-6)
    assert np.isfinite(decoded).all()
    if not more:
        assert len(decoded) == heard
        return
    # One byte says nothing of the chunk's length, so it counts as a full one.
    assert len(decoded) == (SAMPLES if chunks == 3 and more > 1 else heard + CHUNK)
    assert np.abs(decoded[heard + REACH :]).max() < 1e-6


@pytest.mark.parametrize("rate", [8000, 44_100])
def test_a_cut_file_of_another_rate(codec: Codec, make_speech: Any, rate: int) -> None:
    target = io.BytesIO()
    codec.encode_blocks([make_speech(6 * rate, 1)], rate, target, effort=0)
    first, _ = chunk_ends(target.getvalue())[1:]
    decoded, decoded_rate = codec.decode(target.getvalue()[:first], conceal=True)
    assert decoded_rate == rate
    assert len(decoded) == -(-CHUNK * rate // 16_000)


def test_of_a_header_alone_nothing_can_be_made(codec: Codec, data: bytes) -> None:
    with pytest.raises(TruncatedError, match="after its header"):
        codec.decode(data[: chunk_ends(data)[0]], conceal=True)


@pytest.mark.parametrize("kept", [0.1, 0.5, 1.0])
def test_a_file_of_which_all_is_damaged_is_refused(
    codec: Codec, make_speech: Any, kept: float, caplog: pytest.LogCaptureFixture
) -> None:
    data = bytearray(codec.encode(make_speech(20_000, 0), 16_000, effort=0))
    data[-9] ^= 1
    with pytest.raises(BitstreamError, match="chunk 0"):
        codec.decode(bytes(data[: 20 + round(kept * (len(data) - 20))]), conceal=True)
    assert caplog.text == ""


@pytest.mark.parametrize("damage", [damaged, forged])
@pytest.mark.parametrize(("lost", "seconds"), [(0, 4.096), (3, 1.25)])
def test_what_was_lost_is_counted(
    codec: Codec, data: bytes, damage: Any, lost: int, seconds: float
) -> None:
    coded = codec.decode_file(io.BytesIO(damage(data, lost)), io.BytesIO(), conceal=True)
    assert coded.seconds == SAMPLES / 16_000
    assert coded.lost == pytest.approx(seconds, abs=0.01)


def test_of_a_sound_file_nothing_was_lost(codec: Codec, data: bytes) -> None:
    assert codec.decode_file(io.BytesIO(data), io.BytesIO(), conceal=True).lost == 0


def test_a_damaged_header_cannot_be_concealed(codec: Codec, data: bytes) -> None:
    for position in range(10):
        bad = data[:position] + bytes([data[position] ^ 0x90]) + data[position + 1 :]
        with pytest.raises(BitstreamError):
            codec.decode(bad, conceal=True)


def test_bytes_behind_the_end(
    codec: Codec, data: bytes, whole: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(TrailingDataError):
        codec.decode(data + b"more")
    with caplog.at_level(logging.WARNING):
        decoded, _ = codec.decode(data + b"more", conceal=True)
    assert np.array_equal(decoded, whole)
    assert "ignored" in caplog.text


def test_a_sound_file_is_not_changed_by_concealment(
    codec: Codec, data: bytes, whole: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        decoded, _ = codec.decode(data, conceal=True)
    assert np.array_equal(decoded, whole)
    assert caplog.text == ""


def test_a_damaged_file_becomes_a_whole_audio_file(codec: Codec, data: bytes) -> None:
    target = io.BytesIO()
    coded = codec.decode_file(io.BytesIO(damaged(data, 1)), target, format="wav", conceal=True)
    assert coded.seconds == SAMPLES / 16_000
    assert len(target.getvalue()) == 44 + 2 * SAMPLES
