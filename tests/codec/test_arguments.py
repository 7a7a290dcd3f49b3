"""What `Codec` says of arguments of a wrong kind, and which kinds it takes."""

import io
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gan_audio_compression.audio.errors import AudioShapeError
from gan_audio_compression.codec.codec import Codec
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.errors import GanAudioCompressionError

SAMPLES = np.zeros(2000, np.float32)


@pytest.fixture(scope="module")
def codec(segment_model: SegmentModel) -> Codec:
    return Codec(segment_model)


@pytest.fixture(scope="module")
def speech(make_speech: Any) -> np.ndarray:
    return np.asarray(make_speech(16_000, 0))


@pytest.fixture(scope="module")
def data(codec: Codec, speech: np.ndarray) -> bytes:
    return codec.encode(speech, 16_000, effort=0)


class WriteOnly(io.RawIOBase):
    def readable(self) -> bool:
        return False


REFUSED: dict[str, tuple[Callable[[Any], Any], type[Exception], str]] = {
    "effort as text": (
        lambda codec: codec.encode(SAMPLES, 16_000, effort="3"),
        TypeError,
        "effort is '3' and no whole number; give one such as 3.",
    ),
    "effort as a float": (
        lambda codec: codec.encode(SAMPLES, 16_000, effort=3.0),
        TypeError,
        "effort is 3.0 and no whole number",
    ),
    "effort as a truth": (
        lambda codec: codec.encode(SAMPLES, 16_000, effort=True),
        TypeError,
        "effort is True and no whole number",
    ),
    "rate as text": (
        lambda codec: codec.encode(SAMPLES, "16000"),
        TypeError,
        "sample_rate is '16000' and no whole number; give one such as 16000.",
    ),
    "rate as a float": (
        lambda codec: codec.encode_blocks([SAMPLES], 16e3, io.BytesIO()),
        TypeError,
        "sample_rate is 16000.0 and no whole number",
    ),
    "bit rate as text": (
        lambda codec: codec.encode(SAMPLES, 16_000, bitrate="2k"),
        TypeError,
        "bitrate is '2k' and no number; give bits for each second, such as 2000.",
    ),
    "bit rate as a truth": (
        lambda codec: codec.encode(SAMPLES, 16_000, bitrate=True),
        TypeError,
        "bitrate is True and no number",
    ),
    "bit rate far below": (
        lambda codec: codec.encode(SAMPLES, 16_000, bitrate=-(10**400)),
        GanAudioCompressionError,
        "cannot be kept; give a positive number",
    ),
    "path to read": (
        lambda codec: codec.encode_file("a.wav", io.BytesIO()),
        TypeError,
        "source is 'a.wav' and no file to read bytes from; give one such as open('a.wav', 'rb').",
    ),
    "path object to read": (
        lambda codec: codec.decode_file(Path("a.gac"), io.BytesIO()),
        TypeError,
        "give one such as open('a.gac', 'rb').",
    ),
    "path for live decoding": (
        lambda codec: codec.decode_blocks("a.gac"),
        TypeError,
        "give one such as open('a.gac', 'rb').",
    ),
    "path to write": (
        lambda codec: codec.encode_file(io.BytesIO(), "a.gac"),
        TypeError,
        "target is 'a.gac' and no file to write bytes to; give one such as open('a.gac', 'wb').",
    ),
    "path to write live": (
        lambda codec: codec.encode_blocks([SAMPLES], 16_000, "a.gac"),
        TypeError,
        "give one such as open('a.gac', 'wb').",
    ),
    "bytes to read": (
        lambda codec: codec.decode_file(b"GAC", io.BytesIO()),
        TypeError,
        "source is b'GAC' and no file",
    ),
    "text file": (
        lambda codec: codec.decode_file(io.StringIO("x"), io.BytesIO()),
        TypeError,
        "and no file to read bytes from",
    ),
    "file that cannot be read": (
        lambda codec: codec.decode_file(WriteOnly(), io.BytesIO()),
        TypeError,
        "and no file to read bytes from",
    ),
    "path to decode": (
        lambda codec: codec.decode("a.gac"),
        TypeError,
        "data is 'a.gac' and no bytes; give those of a file, such as open('a.gac', 'rb').read().",
    ),
    "file to decode": (
        lambda codec: codec.decode(io.BytesIO()),
        TypeError,
        "and no bytes",
    ),
    "whole numbers as samples": (
        lambda codec: codec.encode(np.zeros(100, np.int16), 16_000),
        AudioShapeError,
        "Samples of type int16 are no floats ... divide them by their full scale, which is 32768",
    ),
    "whole numbers as blocks": (
        lambda codec: codec.encode_blocks([[0, 1]], 16_000, io.BytesIO()),
        AudioShapeError,
        "are no floats",
    ),
    "name of a model": (
        lambda codec: type(codec)("default"),
        TypeError,
        "model is 'default', a name; Codec.load opens a model by that.",
    ),
    "precision": (
        lambda codec: codec.load(precision="float16"),
        ValueError,
        "there is no precision 'float16' here; give 'float32' or 'bfloat16'.",
    ),
}


@pytest.mark.parametrize(("call", "error", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_used_gets_a_sentence_that_says_what_can(
    codec: Codec, call: Callable[[Any], Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error) as raised:
        call(codec)
    assert all(part in str(raised.value) for part in says.split(" ... "))


@pytest.mark.parametrize(
    ("effort", "bitrate"),
    [
        (np.int64(0), 1400),
        (np.uint8(0), np.float32(1400)),
        (0, np.int16(1400)),
        (0, Fraction(1400)),
    ],
)
def test_numbers_of_other_libraries_will_do(
    codec: Codec, speech: np.ndarray, effort: Any, bitrate: Any
) -> None:
    expected = codec.encode(speech, 16_000, effort=0, bitrate=1400.0)
    assert codec.encode(speech, 16_000, effort=effort, bitrate=bitrate) == expected


@pytest.mark.parametrize("bitrate", [math.inf, 1e300, 10**400])
def test_a_bit_rate_beyond_all_files_limits_nothing(
    codec: Codec, speech: np.ndarray, data: bytes, bitrate: float
) -> None:
    assert codec.encode(speech, 16_000, effort=0, bitrate=bitrate) == data


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_bytes_can_be_decoded(codec: Codec, data: bytes, kind: Callable[[bytes], Any]) -> None:
    samples, _ = codec.decode(kind(data))
    assert len(samples) == 16_000


def test_audio_without_samples_is_not_called_silent(
    codec: Codec, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(GanAudioCompressionError, match="no samples"):
        codec.encode(np.zeros(0), 16_000)
    assert caplog.text == ""
