"""What a receiver makes of good files, and how it refuses bad ones."""

import time
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gan_audio_compression.codec.container import (
    BitstreamError,
    CorruptError,
    Header,
    OtherModelError,
    read_container,
    write_container,
)
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.receiver import decode_file
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.run import search
from gan_audio_compression.codec.sender import encode_speech
from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.level import active_level_db, normalise_level
from gan_audio_compression.signal.segments import join_segments

Wave = NDArray[np.float32]
ENCODER_ONLY = SearchConfig("encoder_only")
ADMM = SearchConfig("admm", iterations=4, inner_steps=2)


def send(model: CodecModel, samples: Wave, coder: str = "arithmetic") -> bytes:
    """The whole way of a sender: level, search, file."""
    speech, level_code = normalise_level(samples)
    return encode_speech(model, speech, level_code, ENCODER_ONLY, coder).data


@pytest.fixture(scope="module")
def short_file(codec_model: CodecModel, make_speech: Any) -> bytes:
    return send(codec_model, make_speech(1000, 0))


@pytest.mark.parametrize("coder", ["arithmetic", "huffman"])
@pytest.mark.parametrize("samples", [1, 100, 16_000, 40_000])
def test_the_receiver_hears_what_the_sender_chose(
    codec_model: CodecModel, make_speech: Any, samples: int, coder: str
) -> None:
    speech = make_speech(samples, 1)
    decoded = decode_file(codec_model, encode_speech(codec_model, speech, 0, ADMM, coder).data)
    log_mel = log_mel_spectrogram(torch.from_numpy(speech))
    symbols = search(codec_model, log_mel, ADMM).symbols
    with torch.no_grad():
        images = codec_model.generator(codec_model.quantiser.levels[symbols])
    expected = join_segments(images, len(log_mel))
    torch.testing.assert_close(torch.from_numpy(decoded.log_mel), expected)
    assert decoded.speech.shape == (samples,)
    assert decoded.speech.dtype == np.float32
    assert np.isfinite(decoded.speech).all()
    assert decoded.sample_rate == 16_000


def test_long_speech_of_several_chunks(codec_model: CodecModel, make_speech: Any) -> None:
    speech = make_speech(20 * 16_000, 2)
    data = send(codec_model, speech)
    assert len(read_container(data)[1]) == 2
    whole = decode_file(codec_model, data)
    assert whole.speech.shape == speech.shape
    # The second chunk starts with a segment, so what it holds can be sent by itself as well.
    later = log_mel_spectrogram(torch.from_numpy(normalise_level(speech)[0]))[16 * 128 :]
    with torch.no_grad():
        symbols = search(codec_model, later, ENCODER_ONLY).symbols
        images = codec_model.generator(codec_model.quantiser.levels[symbols])
    expected = join_segments(images, len(later)).numpy()
    np.testing.assert_allclose(whole.log_mel[16 * 128 :], expected, atol=1e-4)


@pytest.mark.parametrize("gain_db", [-50.3, -20.0, 10.1])
def test_the_level_of_the_speaker_is_restored(
    codec_model: CodecModel, make_speech: Any, gain_db: float
) -> None:
    speech = make_speech(16_000, 3)
    usual = decode_file(codec_model, send(codec_model, speech)).speech
    louder = np.float32(10 ** (gain_db / 20)) * speech
    decoded = decode_file(codec_model, send(codec_model, louder)).speech
    assert active_level_db(decoded) - active_level_db(usual) == pytest.approx(gain_db, abs=0.5)


def silence(make_speech: Callable[[int, int], Wave]) -> Wave:
    return np.zeros(8000, np.float32)


def constant(make_speech: Callable[[int, int], Wave]) -> Wave:
    return np.full(8000, 0.4, np.float32)


@pytest.mark.parametrize("make", [silence, constant])
def test_silence_stays_silent(codec_model: CodecModel, make_speech: Any, make: Any) -> None:
    decoded = decode_file(codec_model, send(codec_model, make(make_speech))).speech
    assert decoded.shape == (8000,)
    assert np.abs(decoded).max() < 1e-4


def test_clipped_and_shifted_speech(codec_model: CodecModel, make_speech: Any) -> None:
    speech = make_speech(8000, 4)
    clipped = np.clip(100 * speech, -1, 1)
    assert np.isfinite(decode_file(codec_model, send(codec_model, clipped)).speech).all()
    plain = decode_file(codec_model, send(codec_model, speech)).speech
    shifted = decode_file(codec_model, send(codec_model, speech + np.float32(0.25))).speech
    assert np.isfinite(shifted).all()
    assert active_level_db(shifted) == pytest.approx(active_level_db(plain), abs=0.5)


def test_a_copy_of_the_model_decodes_alike(codec_model: CodecModel, make_speech: Any) -> None:
    data = send(codec_model, make_speech(8000, 5))
    copy = CodecModel.from_bytes(codec_model.to_bytes())
    first, second = decode_file(codec_model, data), decode_file(copy, data)
    assert np.array_equal(first.speech, second.speech)
    assert np.array_equal(first.log_mel, second.log_mel)


def test_the_file_of_another_model_is_refused(
    codec_model: CodecModel, make_model: Any, short_file: bytes
) -> None:
    other = make_model(1)
    with pytest.raises(OtherModelError, match=f"{codec_model.digest[:8]}.*{other.digest[:8]}"):
        decode_file(other, short_file)


def test_a_file_that_is_cut_is_refused_wherever_it_is(
    codec_model: CodecModel, short_file: bytes
) -> None:
    for size in range(len(short_file)):
        with pytest.raises(BitstreamError):
            decode_file(codec_model, short_file[:size])


def test_every_flipped_bit_is_found(codec_model: CodecModel, short_file: bytes) -> None:
    for bit in range(8 * len(short_file)):
        damaged = bytearray(short_file)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(GanAudioCompressionError):
            decode_file(codec_model, bytes(damaged))


@pytest.mark.parametrize("coder", ["arithmetic", "huffman"])
def test_payloads_of_random_bytes_decode_or_are_refused(
    codec_model: CodecModel, make_speech: Any, coder: str
) -> None:
    header, (payload,) = read_container(send(codec_model, make_speech(2000, 6), coder))
    draw = np.random.default_rng(0)
    for size in [0, 1, 5, *[len(payload)] * 8]:
        data = write_container(header, [draw.bytes(size)])
        try:
            decoded = decode_file(codec_model, data)
        except CorruptError:
            continue
        assert decoded.speech.shape == (2000,)
        assert np.isfinite(decoded.speech).all()


@pytest.mark.parametrize("payloads", [[], [b"1234"], [b"1234"] * 3])
def test_ten_hours_in_a_tiny_file_are_refused_at_once(
    codec_model: CodecModel, payloads: list[bytes]
) -> None:
    ten_hours = 36_000 * 16_000
    header = Header(codec_model.fingerprint, 16_000, 52, ten_hours, "arithmetic")
    data = write_container(header, payloads)
    start = time.perf_counter()
    tracemalloc.start()
    with pytest.raises(CorruptError, match=f"{len(payloads)} chunks.*{ten_hours} samples"):
        decode_file(codec_model, data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
    assert time.perf_counter() - start < 1.0


def test_a_chunk_too_many_is_refused(codec_model: CodecModel, short_file: bytes) -> None:
    header, payloads = read_container(short_file)
    with pytest.raises(CorruptError, match="2 chunks"):
        decode_file(codec_model, write_container(header, [*payloads, b""]))


def test_a_damaged_payload_with_a_good_checksum_names_the_chunk(
    codec_model: CodecModel, make_speech: Any
) -> None:
    header, (payload,) = read_container(send(codec_model, make_speech(2000, 7), "huffman"))
    data = write_container(header, [payload[: len(payload) // 2]])
    assert zlib.crc32(data[:-4]) == int.from_bytes(data[-4:], "little")
    with pytest.raises(CorruptError, match="A chunk of the file is damaged"):
        decode_file(codec_model, data)
