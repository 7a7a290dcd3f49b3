"""From a wave to a file of a bit rate, and back."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.bench.codec import BenchCodec, CodecFailedError
from gan_audio_compression.bench.transform.codec import TransformCodec
from gan_audio_compression.bench.transform.header import HEADER_BYTES, MOST_SAMPLES, Header
from gan_audio_compression.bench.transform.model import TransformModel
from gan_audio_compression.signal.level import active_level_db
from tests.bench.transform.conftest import log_mel_of

Speech = NDArray[np.float32]


def file_rate(data: bytes, speech: Speech) -> float:
    return 8 * len(data) / len(speech) * 16_000


@pytest.mark.parametrize("bitrate", [1000, 2000, 3000])
def test_files_keep_to_the_bit_rate_and_use_it(
    model: TransformModel, sentence: Speech, bitrate: int
) -> None:
    codec: BenchCodec = TransformCodec(model, bitrate)
    coded = codec.encode(sentence)
    assert 0.95 * bitrate < file_rate(coded.data, sentence) <= bitrate
    assert coded.payload_bits == 8 * (len(coded.data) - HEADER_BYTES)


def test_speech_comes_back_as_long_and_as_loud(model: TransformModel, sentence: Speech) -> None:
    codec = TransformCodec(model, 2000)
    for gain in (0.01, 1.0):
        speech = np.float32(gain) * sentence
        decoded = codec.decode(codec.encode(speech).data).speech
        assert decoded.shape == speech.shape and decoded.dtype == np.float32
        assert active_level_db(decoded) == pytest.approx(active_level_db(speech), abs=1.0)


def test_more_bits_are_nearer(model: TransformModel, sentence: Speech) -> None:
    wanted = log_mel_of(sentence)
    errors = []
    for bitrate in (700, 2000, 8000):
        codec = TransformCodec(model, bitrate)
        decoded = codec.decode(codec.encode(sentence).data).speech
        errors.append(np.abs(log_mel_of(decoded) - wanted)[wanted > -5].mean())
    assert errors[0] > 1.2 * errors[1] > 1.4 * errors[2]


def test_equal_speech_gives_equal_files(model: TransformModel, sentence: Speech) -> None:
    codec = TransformCodec(model, 2000)
    assert codec.encode(sentence) == codec.encode(sentence.copy())
    assert model.digest[:8] in codec.version()
    assert codec.suffix == ".klt"


@pytest.mark.parametrize("samples", [1, 127, 128, 300, 2048])
def test_what_is_too_short_for_the_bit_rate_is_coded_coarsely(
    model: TransformModel, sentence: Speech, samples: int
) -> None:
    codec = TransformCodec(model, 500)
    speech = sentence[8000 : 8000 + samples]
    data = codec.encode(speech).data
    header, _ = Header.split(data, model)
    assert header.step_index == 255
    assert len(data) < 40
    assert codec.decode(data).speech.shape == (samples,)


def test_silence_stays_silent(model: TransformModel) -> None:
    codec = TransformCodec(model, 2000)
    decoded = codec.decode(codec.encode(np.zeros(16_000, np.float32)).data).speech
    assert np.abs(decoded).max() < 1e-4


@pytest.mark.parametrize(
    ("speech", "fault"),
    [
        (np.zeros(0, np.float32), "mono waves of 1 to"),
        (np.zeros((100, 2), np.float32), "mono waves of 1 to"),
        (np.zeros(MOST_SAMPLES + 1, np.float32), "mono waves of 1 to"),
        (np.full(100, np.nan, np.float32), "not finite"),
    ],
)
def test_what_is_no_speech_is_refused(model: TransformModel, speech: Speech, fault: str) -> None:
    with pytest.raises(CodecFailedError, match=fault):
        TransformCodec(model, 2000).encode(speech)


def test_a_payload_that_nobody_coded_does_no_harm(model: TransformModel) -> None:
    codec = TransformCodec(model, 2000)
    for payload in (b"\xff" * 64, b"\0" * 64, b"", np.random.default_rng(0).bytes(64), b"12345"):
        data = Header(60, 52, 16_000).file(model, payload)
        try:
            decoded = codec.decode(data).speech
        except CodecFailedError as error:
            assert "corrupt" in str(error)
        else:
            assert decoded.shape == (16_000,) and np.isfinite(decoded).all()


@pytest.mark.parametrize("bitrate", [0, -1, float("nan"), float("inf")])
def test_a_bit_rate_is_a_positive_number(model: TransformModel, bitrate: float) -> None:
    with pytest.raises(ValueError, match="positive and finite"):
        TransformCodec(model, bitrate)
