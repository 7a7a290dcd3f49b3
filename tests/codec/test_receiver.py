"""What a receiver makes of good files, and how it refuses bad ones."""

import io
import logging
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gan_audio_compression.codec.coding import Coding
from gan_audio_compression.codec.container.chunk import (
    Chunk,
    ChunkSizes,
    checksum,
    checksum_start,
)
from gan_audio_compression.codec.container.errors import (
    BitstreamError,
    CorruptError,
    OtherModelError,
)
from gan_audio_compression.codec.container.header import Header
from gan_audio_compression.codec.container.levels import Level
from gan_audio_compression.codec.container.reader import ContainerReader
from gan_audio_compression.codec.container.writer import ContainerWriter
from gan_audio_compression.codec.precision import Precision
from gan_audio_compression.codec.receiver import Receiver, decode_file
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.segment.columns import column_contexts
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.segment.search import search
from gan_audio_compression.codec.sender import Sender, encode_speech
from gan_audio_compression.entropy.coder import make_coder
from gan_audio_compression.signal.chunks import cut
from gan_audio_compression.signal.level import active_level_db
from gan_audio_compression.signal.segments import join_segments
from tests.codecs import log_mel_as_sent

pytestmark = pytest.mark.usefixtures("rough_phase")

Coder = Literal["arithmetic", "huffman"]
Wave = NDArray[np.float32]
ENCODER_ONLY = SearchConfig("encoder_only")
ADMM = SearchConfig("admm", iterations=4, inner_steps=2)


def send(model: SegmentModel, samples: Wave, coder: Coder = "arithmetic") -> bytes:
    """The whole way of a sender: level, search, file."""
    return encode_speech(model, samples, Coding(ENCODER_ONLY, coder)).data


def parts_of(data: bytes) -> tuple[Header, list[Chunk]]:
    reader = ContainerReader(io.BytesIO(data))
    return reader.header, [chunk for chunk in reader.chunks() if isinstance(chunk, Chunk)]


def forged(header: Header, payloads: Sequence[bytes], total: int) -> bytes:
    """A file of these payloads, every checksum of it right."""
    file = io.BytesIO()
    writer = ContainerWriter(file, header)
    for payload in payloads[:-1]:
        writer.write([Level(0, 52)], payload)
    writer.write([Level(0, 52)], payloads[-1], total)
    return file.getvalue()


def sent(model: SegmentModel, speech: np.ndarray, coding: Coding) -> bytes:
    """Send speech that is at the project's level as it is."""
    file = io.BytesIO()
    sender = Sender(model, file, 16_000, coding)
    for piece in cut([speech], sender.chunk_samples):
        sender.send(piece, np.full(piece.frames, 52), len(speech) if piece.last else None)
    return file.getvalue()


def made(model: SegmentModel, symbols: torch.Tensor, frames: int) -> torch.Tensor:
    """The log mel that the generator makes of symbols."""
    with torch.no_grad():
        images = model.generator(model.quantiser.levels[symbols])
    return join_segments(images, frames)


@pytest.fixture(scope="module")
def short_file(segment_model: SegmentModel, make_speech: Any) -> bytes:
    return send(segment_model, make_speech(1000, 0))


@pytest.mark.parametrize("coder", ["arithmetic", "huffman"])
@pytest.mark.parametrize("samples", [1, 100, 16_000, 40_000])
def test_the_receiver_hears_what_the_sender_chose(
    segment_model: SegmentModel, make_speech: Any, samples: int, coder: Coder
) -> None:
    speech = make_speech(samples, 1)
    decoded = decode_file(segment_model, sent(segment_model, speech, Coding(ADMM, coder)))
    log_mel = log_mel_as_sent(speech)
    symbols = search(segment_model, log_mel, ADMM).symbols
    expected = made(segment_model, symbols, len(log_mel))
    torch.testing.assert_close(torch.from_numpy(decoded.log_mel), expected)
    assert decoded.speech.shape == (samples,)
    assert decoded.speech.dtype == np.float32
    assert np.isfinite(decoded.speech).all()


def test_long_speech_of_several_chunks(segment_model: SegmentModel, make_speech: Any) -> None:
    speech = make_speech(20 * 16_000, 2)
    data = sent(segment_model, speech, Coding(ENCODER_ONLY))
    assert len(parts_of(data)[1]) == 2
    whole = decode_file(segment_model, data)
    assert whole.speech.shape == speech.shape
    # The second chunk starts with a segment, so what it holds can be sent by itself as well.
    later = log_mel_as_sent(speech)[16 * 128 :]
    symbols = search(segment_model, later, ENCODER_ONLY).symbols
    expected = made(segment_model, symbols, len(later)).numpy()
    np.testing.assert_allclose(whole.log_mel[16 * 128 :], expected, atol=1e-4)


def test_what_a_file_says_of_its_recording(segment_model: SegmentModel, make_speech: Any) -> None:
    speech = make_speech(20 * 16_000, 2)
    data = send(segment_model, speech)
    receiver = Receiver(segment_model, io.BytesIO(data))
    chunks = receiver.chunks()
    assert receiver.sample_rate == 16_000
    next(chunks)
    early: tuple[int | None, int] = receiver.total, receiver.size
    assert early[0] is None
    assert early[1] < len(data)
    list(chunks)
    assert receiver.total == len(speech)
    assert receiver.size == len(data)


@pytest.mark.parametrize("gain_db", [-50.3, -20.0, 10.1])
def test_the_level_of_the_speaker_is_restored(
    segment_model: SegmentModel, make_speech: Any, gain_db: float
) -> None:
    speech = make_speech(16_000, 3)
    usual = decode_file(segment_model, send(segment_model, speech)).speech
    louder = np.float32(10 ** (gain_db / 20)) * speech
    decoded = decode_file(segment_model, send(segment_model, louder)).speech
    assert active_level_db(decoded) - active_level_db(usual) == pytest.approx(gain_db, abs=0.5)


def silence(make_speech: Callable[[int, int], Wave]) -> Wave:
    return np.zeros(8000, np.float32)


def constant(make_speech: Callable[[int, int], Wave]) -> Wave:
    return np.full(8000, 0.4, np.float32)


@pytest.mark.parametrize("make", [silence, constant])
def test_silence_stays_silent(segment_model: SegmentModel, make_speech: Any, make: Any) -> None:
    decoded = decode_file(segment_model, send(segment_model, make(make_speech))).speech
    assert decoded.shape == (8000,)
    assert np.abs(decoded).max() < 1e-4


def test_clipped_and_shifted_speech(segment_model: SegmentModel, make_speech: Any) -> None:
    speech = make_speech(8000, 4)
    clipped = np.clip(100 * speech, -1, 1)
    assert np.isfinite(decode_file(segment_model, send(segment_model, clipped)).speech).all()
    plain = decode_file(segment_model, send(segment_model, speech)).speech
    shifted = decode_file(segment_model, send(segment_model, speech + np.float32(0.25))).speech
    assert np.isfinite(shifted).all()
    assert active_level_db(shifted) == pytest.approx(active_level_db(plain), abs=0.5)


def test_a_copy_of_the_model_decodes_alike(segment_model: SegmentModel, make_speech: Any) -> None:
    data = send(segment_model, make_speech(8000, 5))
    copy = SegmentModel.from_bytes(segment_model.to_bytes())
    first, second = decode_file(segment_model, data), decode_file(copy, data)
    assert np.array_equal(first.speech, second.speech)
    assert np.array_equal(first.log_mel, second.log_mel)


@pytest.fixture(params=[1, 2])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("coder", ["arithmetic", "huffman"])
def test_symbols_do_not_depend_on_threads_and_precision(
    segment_model: SegmentModel, make_speech: Any, threads: int, precision: Precision, coder: Coder
) -> None:
    symbols = np.random.default_rng(6).integers(8, size=(40, 16), dtype=np.int32)
    payload = make_coder(coder, segment_model.tables).encode(
        symbols.ravel(), column_contexts(*symbols.shape)
    )
    header = Header(segment_model.fingerprint, 16_000, coder, 16)
    data = forged(header, [payload], 20_000)
    (chunk,) = Receiver(segment_model.to("cpu", precision), io.BytesIO(data)).chunks()
    assert np.array_equal(chunk.symbols, symbols)


def test_the_file_of_another_model_is_refused(
    segment_model: SegmentModel, make_model: Any, short_file: bytes
) -> None:
    other = make_model(1)
    with pytest.raises(OtherModelError, match=f"{segment_model.digest[:8]}.*{other.digest[:8]}"):
        decode_file(other, short_file)


def test_a_file_that_is_cut_is_refused_wherever_it_is(
    segment_model: SegmentModel, short_file: bytes
) -> None:
    for size in range(len(short_file)):
        with pytest.raises(BitstreamError):
            decode_file(segment_model, short_file[:size])


def test_every_flipped_bit_is_found(segment_model: SegmentModel, short_file: bytes) -> None:
    for bit in range(8 * len(short_file)):
        damaged = bytearray(short_file)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BitstreamError):
            decode_file(segment_model, bytes(damaged))


@pytest.mark.parametrize("coder", ["arithmetic", "huffman"])
def test_payloads_of_random_bytes_decode_or_are_refused(
    segment_model: SegmentModel, make_speech: Any, coder: Coder
) -> None:
    header, (chunk,) = parts_of(send(segment_model, make_speech(2000, 6), coder))
    draw = np.random.default_rng(0)
    for size in [0, 1, 5, *[len(chunk.payload)] * 8]:
        data = forged(header, [draw.bytes(size)], 2000)
        try:
            decoded = decode_file(segment_model, data)
        except CorruptError:
            continue
        assert decoded.speech.shape == (2000,)
        assert np.isfinite(decoded.speech).all()


@pytest.mark.parametrize("samples", [0, 16_385, 36_000 * 16_000])
def test_a_number_of_samples_that_is_elsewhere_is_refused_at_once(
    segment_model: SegmentModel, samples: int
) -> None:
    header = Header(segment_model.fingerprint, 16_000, "huffman", 1)
    body = ChunkSizes(4, False, samples).to_bytes() + bytes([52]) + b"1234"
    data = header.to_bytes() + body + checksum(checksum_start(header, 0), body)
    tracemalloc.start()
    began = time.perf_counter()
    with pytest.raises(CorruptError, match=f"number of samples of chunk 0 .* is {samples}"):
        decode_file(segment_model, data)
    assert time.perf_counter() - began < 1.0
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_damaged_payload_with_a_good_checksum_names_the_chunk(
    segment_model: SegmentModel, make_speech: Any
) -> None:
    samples = 20 * 16_000
    header, (first, second) = parts_of(send(segment_model, make_speech(samples, 7), "huffman"))
    cut = second.payload[: len(second.payload) // 2]
    data = forged(header, [first.payload, cut], samples)
    with pytest.raises(CorruptError, match=r"chunk 1 \(at 16.384 s\).* cannot be decoded"):
        decode_file(segment_model, data)


def test_a_damaged_payload_with_a_good_checksum_is_concealed(
    segment_model: SegmentModel, make_speech: Any, caplog: pytest.LogCaptureFixture
) -> None:
    samples = 20 * 16_000
    header, (first, second) = parts_of(send(segment_model, make_speech(samples, 7), "huffman"))
    data = forged(header, [first.payload[:100], second.payload], samples)
    with caplog.at_level(logging.WARNING):
        lost, kept = Receiver(segment_model, io.BytesIO(data), conceal=True).chunks()
    assert "chunk 0 (at 0.000 s)" in caplog.text
    assert len(lost.symbols) == 0
    assert np.isneginf(lost.log_mel).all()
    assert np.abs(lost.speech).max() == 0.0
    assert np.isfinite(kept.speech).all()
    assert len(lost.speech) + len(kept.speech) == samples
