"""Speech through the sequence codec: rates, lengths, levels, damage."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gan_audio_compression.codec.coding import Coding
from gan_audio_compression.codec.container.errors import (
    BitstreamError,
    CorruptError,
    OtherModelError,
)
from gan_audio_compression.codec.container.header import Header
from gan_audio_compression.codec.container.writer import ContainerWriter
from gan_audio_compression.codec.receiver import decode_file
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.errors import BitrateTooLowError, SearchError
from gan_audio_compression.codec.sender import Encoded, encode_speech
from gan_audio_compression.codec.sequence.coder import SequenceCoder
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.signal.analysis import log_mel_spectrogram

pytestmark = pytest.mark.usefixtures("rough_phase")

RATE = 16_000
HUFFMAN = Coding(SearchConfig("encoder_only"), "huffman")
MakeSpeech = Callable[[int, int], Any]


def encoded(model: SequenceModel, speech: Any, bitrate: float = 2000) -> Encoded:
    coding = Coding(SearchConfig("encoder_only"), bitrate=bitrate)
    return encode_speech(model, speech, coding)


@pytest.mark.parametrize("samples", [16_000, 16_001, 48_000])
def test_speech_comes_back_as_long_as_it_was(
    sequence_model: SequenceModel, make_speech: MakeSpeech, samples: int
) -> None:
    data = encoded(sequence_model, make_speech(samples, 0)).data
    decoded = decode_file(sequence_model, data).speech
    assert decoded.shape == (samples,)
    assert decoded.dtype == np.float32
    assert np.isfinite(decoded).all()


def test_a_long_recording_is_several_chunks(
    sequence_model: SequenceModel, make_speech: MakeSpeech
) -> None:
    speech = make_speech(20 * RATE, 1)
    data = encoded(sequence_model, speech).data
    assert len(decode_file(sequence_model, data).speech) == len(speech)
    assert 8 * len(data) / 20 <= 2000


@pytest.mark.parametrize("bitrate", [700, 1000, 2000, 4000])
def test_the_bit_rate_is_kept_and_more_bits_are_used(
    sequence_model: SequenceModel, make_speech: MakeSpeech, bitrate: int
) -> None:
    speech = make_speech(3 * RATE, 2)
    coded = encoded(sequence_model, speech, bitrate)
    assert 8 * len(coded.data) <= bitrate * 3
    assert coded.payload_bits < 8 * len(coded.data)


def test_a_rate_that_cannot_be_kept_is_refused(
    sequence_model: SequenceModel, make_speech: MakeSpeech
) -> None:
    with pytest.raises(BitrateTooLowError, match=r"ask for [0-9]+ bit/s or more"):
        encoded(sequence_model, make_speech(RATE, 3), 20)


def test_equal_speech_gives_equal_files(
    sequence_model: SequenceModel, make_speech: MakeSpeech
) -> None:
    speech = make_speech(RATE, 4)
    one, other = (encoded(sequence_model, each).data for each in (speech, speech.copy()))
    assert one == other


def test_silence_costs_nothing_and_stays_silent(sequence_model: SequenceModel) -> None:
    coded = encoded(sequence_model, np.zeros(40 * RATE, np.float32))
    assert coded.payload_bits == 0
    assert len(coded.data) < 50
    decoded = decode_file(sequence_model, coded.data)
    assert len(decoded.speech) == 40 * RATE and not decoded.speech.any()


def test_sound_after_a_silent_chunk_comes_back(
    sequence_model: SequenceModel, make_speech: MakeSpeech
) -> None:
    """The first chunk, 16.4 s, has no payload; the two others have."""
    speech = np.concatenate([np.zeros(20 * RATE, np.float32), make_speech(15 * RATE, 3)])
    decoded = decode_file(sequence_model, encoded(sequence_model, speech).data)
    assert not decoded.log_mel[:2048].max() > -np.inf
    assert len(decoded.speech) == len(speech)
    assert not decoded.speech[: 16 * RATE].any()
    assert decoded.speech[20 * RATE :].std() > 0.3 * speech[20 * RATE :].std()


def test_a_file_of_another_model_is_refused(
    sequence_model: SequenceModel, other_sequence_model: SequenceModel, make_speech: MakeSpeech
) -> None:
    data = encoded(sequence_model, make_speech(RATE, 5)).data
    with pytest.raises(OtherModelError):
        decode_file(other_sequence_model, data)


def test_every_damaged_byte_is_seen(sequence_model: SequenceModel, make_speech: MakeSpeech) -> None:
    data = encoded(sequence_model, make_speech(RATE, 6)).data
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= 0x41
        with pytest.raises(BitstreamError):
            decode_file(sequence_model, bytes(damaged))


def test_a_coder_that_the_model_has_not_is_refused(sequence_model: SequenceModel) -> None:
    header = Header(sequence_model.fingerprint, RATE, "huffman", 16)
    file = io.BytesIO()
    ContainerWriter(file, header)
    with pytest.raises(CorruptError, match="huffman"):
        decode_file(sequence_model, file.getvalue())
    with pytest.raises(SearchError, match="huffman"):
        encode_speech(sequence_model, np.zeros(RATE, np.float32), HUFFMAN)


@pytest.mark.parametrize("seconds", [3, 8])
def test_nearly_all_of_the_bit_rate_is_used(
    sequence_model: SequenceModel, make_speech: MakeSpeech, seconds: int
) -> None:
    finest = encoded(sequence_model, make_speech(seconds * RATE, 8), 500).data
    assert 0.97 * 500 * seconds <= 8 * len(finest) <= 500 * seconds


def test_below_the_coarsest_quality_symbols_vanish_one_by_one(
    sequence_model: SequenceModel, make_speech: MakeSpeech
) -> None:
    coder = SequenceCoder(sequence_model)
    log_mel = log_mel_spectrogram(make_speech(RATE, 9))
    least = coder.least_bytes(len(log_mel))
    coarsest = coder.encode(log_mel, None)
    assert coarsest is not None
    sizes = {}
    for room in range(least - 1, len(coarsest.payload)):
        coded = coder.encode(log_mel, room)
        sizes[room] = None if coded is None else len(coded.payload)
    assert sizes.pop(least - 1) is None
    assert all(size is not None and size <= room for room, size in sizes.items())


def test_the_receiver_gets_the_symbols_of_the_sender(
    sequence_model: SequenceModel, make_speech: MakeSpeech
) -> None:
    coder = SequenceCoder(sequence_model)
    log_mel = log_mel_spectrogram(make_speech(RATE, 10))
    coded = coder.encode(log_mel, 300)
    assert coded is not None
    symbols, rendered = coder.decode(coded.payload, len(log_mel))
    assert np.array_equal(symbols, coded.symbols)
    assert rendered.dtype == np.float64
    np.testing.assert_allclose(rendered, coded.log_mel, atol=1e-4, rtol=1e-4)
