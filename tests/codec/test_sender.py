"""What stands in a file, and what it costs."""

import io
import math
import re
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest

from gan_audio_compression.codec.coding import Coding
from gan_audio_compression.codec.container.chunk import Chunk
from gan_audio_compression.codec.container.header import Header
from gan_audio_compression.codec.container.reader import ContainerReader
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.errors import BitrateTooLowError
from gan_audio_compression.codec.segment.columns import column_contexts, to_columns
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.segment.search import search
from gan_audio_compression.codec.sender import CHUNK_SEGMENTS, Sender, encode_speech
from gan_audio_compression.entropy.coder import make_coder
from gan_audio_compression.entropy.tables import LevelTables
from gan_audio_compression.signal.chunks import cut
from gan_audio_compression.signal.high_pass import high_passed
from gan_audio_compression.signal.level import active_level_db, gain_to_speech_level, level_code
from tests.codecs import log_mel_as_sent

pytestmark = pytest.mark.usefixtures("rough_phase")

Coder = Literal["arithmetic", "huffman"]
ENCODER_ONLY = SearchConfig("encoder_only")
BACK_PROPAGATION = SearchConfig("back_propagation", iterations=3, step=20.0)
CODERS: list[Coder] = ["arithmetic", "huffman"]
LEVELS = 8


def chunks_of(data: bytes) -> tuple[Header, list[Chunk]]:
    reader = ContainerReader(io.BytesIO(data))
    return reader.header, [chunk for chunk in reader.chunks() if isinstance(chunk, Chunk)]


def as_coded(speech: np.ndarray) -> np.ndarray:
    """Speech of one level as the networks get it."""
    filtered = next(high_passed([speech]))
    return filtered * np.float32(gain_to_speech_level(level_code(active_level_db(filtered))))


def columns_of(model: SegmentModel, speech: np.ndarray, config: SearchConfig) -> np.ndarray:
    """What a search of the whole utterance finds, in the order of a file."""
    log_mel = log_mel_as_sent(speech)
    return to_columns(search(model, log_mel, config).symbols, len(log_mel))


def sent(
    model: SegmentModel, speech: np.ndarray, coding: Coding, chunk_segments: int, rate: int = 16_000
) -> bytes:
    """Send speech of 16 kHz as that of a recording at `rate`."""
    file = io.BytesIO()
    sender = Sender(model, file, rate, coding, chunk_segments)
    total = len(speech) * rate // 16_000
    for piece in cut([speech], sender.chunk_samples):
        sender.send(piece, np.full(piece.frames, 52), total if piece.last else None)
    assert sender.size == len(file.getvalue())
    return file.getvalue()


def test_a_file_says_what_the_receiver_must_know(hum_model: SegmentModel, make_speech: Any) -> None:
    """What is not like the speech has no level that could be made up for."""
    coding = Coding(ENCODER_ONLY, "huffman")
    speech = make_speech(5000, 0) / np.float32(10)
    encoded = encode_speech(hum_model, speech, coding)
    header, (chunk,) = chunks_of(encoded.data)
    level = level_code(active_level_db(next(high_passed([speech]))))
    assert header == Header(hum_model.fingerprint, 16_000, "huffman", CHUNK_SEGMENTS)
    assert (chunk.samples, chunk.total, chunk.levels) == (5000, 5000, ((0, level),))
    assert encoded.payload_bits == 8 * len(chunk.payload)


@pytest.mark.parametrize("coder", CODERS)
@pytest.mark.parametrize("samples", [1, 100, 16_000, 40_000])
def test_a_file_holds_the_symbols_of_the_search(
    segment_model: SegmentModel, make_speech: Any, samples: int, coder: Coder
) -> None:
    speech = make_speech(samples, 1)
    data = sent(segment_model, speech, Coding(BACK_PROPAGATION, coder), CHUNK_SEGMENTS)
    expected = columns_of(segment_model, speech, BACK_PROPAGATION)
    _, (chunk,) = chunks_of(data)
    contexts = column_contexts(*expected.shape)
    held = make_coder(coder, segment_model.tables).decode(chunk.payload, contexts)
    assert np.array_equal(held, expected.ravel())


@pytest.mark.parametrize("chunk_segments", [1, 4, 16])
def test_long_speech_is_cut_into_chunks_that_decode_alone(
    segment_model: SegmentModel, make_speech: Any, chunk_segments: int
) -> None:
    speech = make_speech(20 * 16_000, 2)
    _, chunks = chunks_of(sent(segment_model, speech, Coding(ENCODER_ONLY), chunk_segments))
    columns = columns_of(segment_model, speech, ENCODER_ONLY)
    # 2501 frames are 626 columns.
    starts = range(0, 626, 32 * chunk_segments)
    assert len(chunks) == len(starts)
    coder = make_coder("arithmetic", segment_model.tables)
    for start, chunk in zip(starts, chunks, strict=True):
        expected = columns[start : start + 32 * chunk_segments]
        held = coder.decode(chunk.payload, column_contexts(*expected.shape))
        assert np.array_equal(held, expected.ravel())


@pytest.fixture(scope="module")
def fitted_model(segment_model: SegmentModel, make_speech: Any) -> SegmentModel:
    """The codec with the tables of what it is about to send."""
    columns = columns_of(segment_model, as_coded(make_speech(32_000, 0)), ENCODER_ONLY)
    contexts = column_contexts(*columns.shape)
    return replace(segment_model, tables=LevelTables.fit(columns.ravel(), contexts, 16, LEVELS))


@pytest.mark.parametrize("seconds", [1, 3, 20])
def test_arithmetic_coding_costs_what_the_tables_say(
    segment_model: SegmentModel, make_speech: Any, seconds: int
) -> None:
    speech = make_speech(seconds * 16_000, seconds)
    encoded = encode_speech(segment_model, speech, Coding(ENCODER_ONLY))
    assert encoded.payload_bits == pytest.approx(encoded.ideal_bits, rel=0.01, abs=32)


def test_huffman_coding_costs_more(fitted_model: SegmentModel, make_speech: Any) -> None:
    speech = make_speech(32_000, 0)
    arithmetic, huffman = (
        encode_speech(fitted_model, speech, Coding(ENCODER_ONLY, coder)) for coder in CODERS
    )
    assert huffman.ideal_bits == arithmetic.ideal_bits
    assert arithmetic.payload_bits < huffman.payload_bits < 1.25 * arithmetic.payload_bits


def test_tables_that_fit_make_files_short(
    segment_model: SegmentModel, fitted_model: SegmentModel, make_speech: Any
) -> None:
    speech = make_speech(32_000, 0)
    before, after = (
        encode_speech(model, speech, Coding(ENCODER_ONLY))
        for model in (segment_model, fitted_model)
    )
    assert after.payload_bits < 0.8 * before.payload_bits


def test_the_objective_is_the_mean_over_the_frames(
    segment_model: SegmentModel, make_speech: Any
) -> None:
    # 157 frames: one whole segment and 29 frames.
    speech = make_speech(20_000, 4)
    encoded = encode_speech(segment_model, speech, Coding(BACK_PROPAGATION))
    log_mel = log_mel_as_sent(as_coded(speech))
    found = search(segment_model, log_mel, BACK_PROPAGATION)
    first, last = found.objective.tolist()
    assert encoded.objective == pytest.approx((128 * first + 29 * last) / 157, rel=1e-4)
    first, last = found.trace[0].tolist()
    assert encoded.start_objective == pytest.approx((128 * first + 29 * last) / 157, rel=1e-4)
    assert encoded.objective is not None and encoded.start_objective is not None
    assert encoded.objective < encoded.start_objective


def test_the_objective_of_chunks_is_their_mean_over_the_frames(
    segment_model: SegmentModel, make_speech: Any
) -> None:
    # 2049 frames: a full chunk, and one frame in a segment of its own.
    speech = make_speech(CHUNK_SEGMENTS * 16_384 + 1, 4)
    encoded = encode_speech(segment_model, speech, Coding(ENCODER_ONLY))
    log_mel = log_mel_as_sent(as_coded(speech))
    found = search(segment_model, log_mel, ENCODER_ONLY)
    *segments, last = found.objective.tolist()
    assert encoded.objective == pytest.approx((128 * sum(segments) + last) / 2049, rel=1e-4)


def test_the_same_speech_gives_the_same_bytes(
    segment_model: SegmentModel, make_speech: Any
) -> None:
    speech = make_speech(20_000, 5)
    copy = SegmentModel.from_bytes(segment_model.to_bytes())
    coding = Coding(BACK_PROPAGATION)
    first = encode_speech(segment_model, speech, coding)
    assert encode_speech(copy, speech, coding) == first


@pytest.mark.parametrize("coder", CODERS)
@pytest.mark.parametrize("bitrate", [1250.7, 1400, math.inf])
@pytest.mark.parametrize(
    ("samples", "chunk_segments"), [(60_000, 4), (65_537, 4), (49_152, 1), (49_153, 1)]
)
def test_the_file_keeps_to_the_bit_rate(
    segment_model: SegmentModel,
    make_speech: Any,
    samples: int,
    chunk_segments: int,
    bitrate: float,
    coder: Coder,
) -> None:
    # 65537 and 49153 samples end with one frame, which costs a whole column of 0.128 s.
    speech = make_speech(samples, 6)
    free = sent(segment_model, speech, Coding(ENCODER_ONLY, coder), chunk_segments)
    if chunk_segments == 1:
        bitrate += 400  # For the framing of more chunks.
    limited = sent(segment_model, speech, Coding(ENCODER_ONLY, coder, bitrate), chunk_segments)
    most = bitrate * samples / 16_000
    assert 8 * len(limited) <= most
    if most > 8 * len(free) + 256:
        assert limited == free
    else:
        assert 8 * len(limited) > 0.94 * most


def test_bits_that_were_not_spent_carry_over(segment_model: SegmentModel, make_speech: Any) -> None:
    # What is never spent on silence is there for the speech behind it.
    speech = make_speech(16 * 16_384, 7)
    speech[: 8 * 16_384] = 0.0
    model = replace(segment_model, tables=silent_tables(segment_model))
    _, chunks = chunks_of(sent(model, speech, Coding(ENCODER_ONLY), 4))
    silent, spoken = (8 * sum(len(c.payload) for c in part) for part in (chunks[:2], chunks[2:]))
    assert spoken > 1.5 * silent
    bitrate = 1.02 * 8 * (len(sent(model, speech, Coding(ENCODER_ONLY), 4)) + 32) / 16.384
    limited = sent(model, speech, Coding(ENCODER_ONLY, bitrate=bitrate), 4)
    assert [c.payload for c in chunks_of(limited)[1]] == [c.payload for c in chunks]
    assert spoken / (8 * 1.024) > 1.2 * bitrate


def silent_tables(model: SegmentModel) -> LevelTables:
    """Tables by which silence costs nearly nothing."""
    columns = columns_of(model, np.zeros(16_384, np.float32), ENCODER_ONLY)
    return LevelTables.fit(columns.ravel(), column_contexts(*columns.shape), 16, LEVELS)


def test_a_rate_of_a_recording_counts_by_its_own_length(
    segment_model: SegmentModel, make_speech: Any
) -> None:
    # 40001 samples at 1000 Hz are 640016 of the coded signal: the file's seconds are 40.001.
    speech = make_speech(40_000, 8)
    data = sent(segment_model, speech, Coding(ENCODER_ONLY, bitrate=1400), 4, rate=8000)
    header, chunks = chunks_of(data)
    assert (header.sample_rate, chunks[-1].total) == (8000, 20_000)
    assert 0.94 * 1400 < 8 * len(data) / 2.5 <= 1400


@pytest.mark.parametrize("coder", CODERS)
@pytest.mark.parametrize(("samples", "chunk_segments"), [(1, 4), (30_000, 4), (49_153, 1)])
def test_too_low_a_bit_rate_is_refused_with_one_that_is_not(
    segment_model: SegmentModel, make_speech: Any, samples: int, chunk_segments: int, coder: Coder
) -> None:
    speech = make_speech(samples, 9)
    with pytest.raises(BitrateTooLowError, match="600 bit/s is too low") as caught:
        sent(segment_model, speech, Coding(ENCODER_ONLY, coder, 600.0), chunk_segments)
    (lowest,) = re.findall(r"ask for (\d+) bit/s", str(caught.value))
    data = sent(segment_model, speech, Coding(ENCODER_ONLY, coder, int(lowest)), chunk_segments)
    assert 8 * len(data) <= int(lowest) * samples / 16_000
    with pytest.raises(BitrateTooLowError):
        sent(segment_model, speech, Coding(ENCODER_ONLY, coder, 0.7 * int(lowest)), chunk_segments)


@pytest.mark.parametrize("bitrate", [0.0, -1000.0, math.nan])
def test_a_bit_rate_is_a_positive_number(bitrate: float) -> None:
    with pytest.raises(BitrateTooLowError, match="give a positive number"):
        Coding(ENCODER_ONLY, bitrate=bitrate)


def test_search_keeps_to_the_bit_rate_too(segment_model: SegmentModel, make_speech: Any) -> None:
    speech = make_speech(40_000, 10)
    alone, searched = (
        encode_speech(segment_model, speech, Coding(config, bitrate=1300))
        for config in (ENCODER_ONLY, BACK_PROPAGATION)
    )
    assert 8 * len(searched.data) <= 1300 * 2.5
    assert searched.objective is not None and alone.objective is not None
    assert searched.objective < alone.objective
