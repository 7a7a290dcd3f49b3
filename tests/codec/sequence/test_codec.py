"""Speech through the codec over time: rates, lengths, levels, damage."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gan_audio_compression.codec.container.errors import (
    BitstreamError,
    CorruptError,
    OtherModelError,
)
from gan_audio_compression.codec.search.errors import BitrateTooLowError
from gan_audio_compression.codec.sequence.codec import SequenceCodec
from gan_audio_compression.codec.sequence.model import QUALITIES, SequenceModel

RATE = 16_000
MakeSpeech = Callable[[int, int], Any]


@pytest.fixture(scope="module")
def codec(sequence_model: SequenceModel) -> SequenceCodec:
    return SequenceCodec(sequence_model, 2000)


@pytest.mark.parametrize("samples", [16_000, 16_001, 48_000])
def test_speech_comes_back_as_long_as_it_was(
    codec: SequenceCodec, make_speech: MakeSpeech, samples: int
) -> None:
    decoded = codec.decode(codec.encode(make_speech(samples, 0)))
    assert decoded.shape == (samples,)
    assert decoded.dtype == np.float32
    assert np.isfinite(decoded).all()


def test_a_long_recording_is_several_chunks(codec: SequenceCodec, make_speech: MakeSpeech) -> None:
    speech = make_speech(20 * RATE, 1)
    data = codec.encode(speech)
    assert len(codec.decode(data)) == len(speech)
    assert 8 * len(data) / 20 <= 2000


@pytest.mark.parametrize("bitrate", [700, 1000, 2000, 4000])
def test_the_bit_rate_is_kept_and_more_bits_are_used(
    sequence_model: SequenceModel, make_speech: MakeSpeech, bitrate: int
) -> None:
    speech = make_speech(3 * RATE, 2)
    codec = SequenceCodec(sequence_model, bitrate)
    data = codec.encode(speech)
    assert 8 * len(data) <= bitrate * 3
    assert codec.payload_bits(data) < 8 * len(data)
    assert codec.nominal_kbit_s == bitrate / 1000


def test_a_rate_that_cannot_be_kept_is_refused(
    sequence_model: SequenceModel, make_speech: MakeSpeech
) -> None:
    with pytest.raises(BitrateTooLowError, match="ask for a higher bit rate"):
        SequenceCodec(sequence_model, 20).encode(make_speech(RATE, 3))


def test_equal_speech_gives_equal_files(codec: SequenceCodec, make_speech: MakeSpeech) -> None:
    speech = make_speech(RATE, 4)
    assert codec.encode(speech) == codec.encode(speech.copy())


def test_silence_stays_silent(codec: SequenceCodec) -> None:
    assert np.abs(codec.decode(codec.encode(np.zeros(RATE, np.float32)))).max() < 1e-4


def test_a_file_of_another_model_is_refused(
    codec: SequenceCodec, other_sequence_model: SequenceModel, make_speech: MakeSpeech
) -> None:
    data = codec.encode(make_speech(RATE, 5))
    with pytest.raises(OtherModelError):
        SequenceCodec(other_sequence_model, 2000).decode(data)


def test_every_damaged_byte_is_seen(codec: SequenceCodec, make_speech: MakeSpeech) -> None:
    data = codec.encode(make_speech(RATE, 6))
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= 0x41
        with pytest.raises(BitstreamError):
            codec.decode(bytes(damaged))


def test_a_quality_that_never_was_is_corrupt(
    codec: SequenceCodec, make_speech: MakeSpeech, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        SequenceCodec, "_chunk", lambda *_: (52, bytes([QUALITIES]) + b"\x01\x02\x03")
    )
    data = codec.encode(make_speech(RATE, 7))
    with pytest.raises(CorruptError, match="its checksum is right"):
        codec.decode(data)
