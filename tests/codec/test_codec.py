"""The codec as others use it: recordings of any kind there and back, and clear refusals."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import soundfile
import torch

from gan_audio_compression.audio.errors import (
    AudioFormatError,
    AudioShapeError,
    EmptyAudioError,
    NotFiniteAudioError,
    UnreadableAudioError,
    UnsupportedRateError,
)
from gan_audio_compression.audio.resample import resample
from gan_audio_compression.codec.codec import Codec, Coded
from gan_audio_compression.codec.container.errors import NotGacError, OtherModelError
from gan_audio_compression.codec.device import DeviceError
from gan_audio_compression.codec.models import UnknownModelError
from gan_audio_compression.codec.precision import Precision
from gan_audio_compression.codec.search.errors import BitrateTooLowError, SearchError
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.signal.level import active_level_db

pytestmark = pytest.mark.usefixtures("rough_phase")

RATES = [8000, 16_000, 44_100, 44_101, 48_000, 96_000]


@pytest.fixture(scope="module")
def codec(segment_model: SegmentModel) -> Codec:
    return Codec(segment_model)


@pytest.fixture(scope="module")
def recording(make_speech: Any) -> Callable[[int], np.ndarray]:
    """Give 1.5 s and one sample of a voice at a rate."""
    speech = make_speech(3 * 8_000, 0)
    return lambda rate: np.append(resample(speech, 16_000, rate), np.float32(0.01))


def wav(samples: np.ndarray, rate: int, subtype: str = "FLOAT") -> io.BytesIO:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV", subtype=subtype)
    file.seek(0)
    return file


@pytest.mark.usefixtures("full_phase")
@pytest.mark.parametrize("rate", RATES)
def test_length_rate_and_level_come_back(
    hum_model: SegmentModel, recording: Callable[[int], np.ndarray], rate: int
) -> None:
    codec, samples = Codec(hum_model), recording(rate)
    decoded, decoded_rate = codec.decode(codec.encode(samples, rate, effort=0))
    assert decoded_rate == rate
    assert decoded.shape == samples.shape
    assert decoded.dtype == np.float32
    before, after = (active_level_db(resample(x, rate, 16_000)) for x in (samples, decoded))
    assert after == pytest.approx(before, abs=0.5)


@pytest.mark.parametrize("rate", [44_100, 44_101])
@pytest.mark.parametrize("length", range(11_022, 11_029))
def test_every_length_comes_back(codec: Codec, make_speech: Any, rate: int, length: int) -> None:
    decoded, _ = codec.decode(codec.encode(make_speech(length, 1), rate, effort=0))
    assert len(decoded) == length


@pytest.mark.parametrize("rate", [1000, 8000, 16_000, 44_100, 768_000])
def test_one_sample_comes_back(codec: Codec, rate: int) -> None:
    decoded, decoded_rate = codec.decode(codec.encode(np.array([0.5]), rate))
    assert (decoded.shape, decoded_rate) == ((1,), rate)
    assert np.isfinite(decoded).all()


# At 16 kHz alone an offset has no edges: elsewhere the resampler's filter makes them ring.
@pytest.mark.parametrize(("rate", "value"), [(16_000, 0.0), (16_000, -0.3), (44_100, 0.0)])
def test_silence_comes_back(codec: Codec, rate: int, value: float) -> None:
    decoded, _ = codec.decode(codec.encode(np.full(rate, value), rate, effort=0))
    assert decoded.shape == (rate,)
    assert np.abs(decoded).max() < 1e-3


def test_channels_are_mixed_to_their_mean(codec: Codec, make_speech: Any) -> None:
    speech = make_speech(16_000, 2)
    alone = codec.encode(speech, 16_000, effort=0)
    assert codec.encode(np.stack([speech, speech], axis=1), 16_000, effort=0) == alone
    half = np.stack([speech, np.zeros_like(speech)], axis=1)
    assert codec.encode(half, 16_000, effort=0) == codec.encode(speech / 2, 16_000, effort=0)


def test_samples_beyond_full_scale_are_clipped_with_a_warning(
    codec: Codec, make_speech: Any, caplog: pytest.LogCaptureFixture
) -> None:
    loud = 20 * make_speech(16_000, 2)
    assert np.abs(loud).max() > 1
    clipped = codec.encode(loud.clip(-1, 1), 16_000, effort=0)
    assert caplog.messages == []
    assert codec.encode(loud, 16_000, effort=0) == clipped
    beyond = np.count_nonzero(np.abs(loud) > 1)
    told = f"{beyond} of {len(loud)} samples lay beyond full scale and were clipped."
    assert caplog.messages == [told]
    codec.encode_blocks([loud[:100], loud[100:]], 16_000, io.BytesIO(), effort=0)
    assert caplog.messages == [told, told]


@pytest.mark.parametrize("joined", [True, False])
def test_what_is_lost_of_a_file_is_told(
    codec: Codec, make_speech: Any, caplog: pytest.LogCaptureFixture, joined: bool
) -> None:
    whole = wav(make_speech(16_000, 7).reshape(-1, 1), 16_000, "PCM_16").getvalue()
    data = whole + whole if joined else whole[:-8000]
    coded = codec.encode_file(io.BytesIO(data), io.BytesIO(), effort=0)
    assert coded.seconds == (2 if joined else 0.75)
    assert coded.is_whole == joined
    assert caplog.messages == (
        [] if joined else ["The file says 1.0 s, but 0.8 s were there: it is cut."]
    )


def test_the_same_call_gives_the_same_bytes(codec: Codec, make_speech: Any) -> None:
    speech = make_speech(20_000, 3)
    data = codec.encode(speech, 22_050, effort=1, bitrate=2000)
    assert codec.encode(speech, 22_050, effort=1, bitrate=2000) == data
    assert codec.encode(speech.astype(np.float64), 22_050, effort=1, bitrate=2000) == data
    first, second = (codec.decode(data)[0] for _ in range(2))
    assert np.array_equal(first, second)


def test_effort_and_strategy_change_the_symbols(codec: Codec, make_speech: Any) -> None:
    speech = make_speech(20_000, 3)
    files = {
        codec.encode(speech, 16_000, search=search, effort=1)
        for search in ("encoder_only", "back_propagation", "admm")
    }
    assert len(files) == 3
    assert codec.encode(speech, 16_000, effort=0) in files


@pytest.mark.parametrize("rate", [8000, 44_100])
@pytest.mark.parametrize("seconds", [1.1, 9])
def test_the_bit_rate_is_kept(codec: Codec, make_speech: Any, rate: int, seconds: float) -> None:
    samples = make_speech(int(seconds * rate), 4)
    data = codec.encode(samples, rate, effort=0, bitrate=1400)
    assert 0.9 * 1400 < 8 * len(data) * rate / len(samples) <= 1400
    target = io.BytesIO()
    codec.encode_blocks([samples], rate, target, effort=0, bitrate=1400)
    assert 8 * len(target.getvalue()) * rate / len(samples) <= 1400


@pytest.mark.parametrize("asked", [8000, 44_100, 16_000, 11_111])
def test_another_rate_can_be_asked_for(codec: Codec, make_speech: Any, asked: int) -> None:
    samples = make_speech(30_001, 5)
    data = codec.encode(samples, 22_050, effort=0)
    decoded, rate = codec.decode(data, sample_rate=asked)
    assert rate == asked
    # What is not the recording's rate is resampled from 16 kHz, rounded up twice.
    assert 0 <= len(decoded) - 30_001 * asked / 22_050 < 1 + asked / 16_000
    # The middle, because the two recordings end in the filters' ringing.
    usual, _ = codec.decode(data, sample_rate=16_000)
    again = resample(usual, 16_000, asked)[1000:-1000]
    np.testing.assert_allclose(decoded[1000 : 1000 + len(again)], again, atol=1e-5)


@pytest.mark.parametrize(
    ("samples", "rate", "error"),
    [
        (np.zeros(100, np.int16), 16_000, AudioShapeError),
        (np.zeros(100, np.complex64), 16_000, AudioShapeError),
        (np.zeros((4, 4, 4)), 16_000, AudioShapeError),
        (np.zeros((2, 100)), 16_000, AudioShapeError),
        (np.float64(0.5), 16_000, AudioShapeError),
        (np.array([0.1, np.nan]), 16_000, NotFiniteAudioError),
        (np.array([[0.1, -np.inf]]), 16_000, NotFiniteAudioError),
        (np.zeros(0), 16_000, EmptyAudioError),
        (np.zeros((0, 2)), 44_100, EmptyAudioError),
        (np.zeros(100), 0, UnsupportedRateError),
        (np.zeros(100), -16_000, UnsupportedRateError),
        (np.zeros(100), 999, UnsupportedRateError),
        (np.zeros(100), 768_001, UnsupportedRateError),
    ],
)
def test_what_is_no_recording_is_refused(
    codec: Codec, samples: np.ndarray, rate: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        codec.encode(samples, rate)
    with pytest.raises(error):
        codec.encode_blocks([samples], rate, io.BytesIO())


def test_other_sequences_and_integers_will_do(codec: Codec, make_speech: Any) -> None:
    speech = make_speech(2000, 0)
    data = codec.encode(speech, 44_101, effort=0)
    rate: Any = np.uint16(44_101)
    assert codec.encode(speech.astype(float).tolist(), rate, effort=0) == data


@pytest.mark.parametrize("rate", [16_000.0, "16000", None])
def test_a_rate_that_is_no_integer_is_refused(codec: Codec, rate: Any) -> None:
    with pytest.raises(TypeError):
        codec.encode(np.zeros(100, np.float32), rate)


def test_what_goes_beyond_full_scale_in_decoding_is_clipped_with_a_warning(
    hum_model: SegmentModel, make_speech: Any, caplog: pytest.LogCaptureFixture
) -> None:
    codec = Codec(hum_model)
    data = codec.encode(np.sign(make_speech(16_000, 0)), 16_000, effort=0)
    decoded, _ = codec.decode(data)
    assert np.abs(decoded).max() == 1.0
    assert "of 16000 samples went beyond full scale" in caplog.text


def test_a_silent_recording_is_mentioned(codec: Codec, caplog: pytest.LogCaptureFixture) -> None:
    codec.encode(np.zeros(2000, np.float32), 16_000, effort=0)
    assert "silent" in caplog.text


def test_no_blocks_are_no_recording(codec: Codec) -> None:
    with pytest.raises(EmptyAudioError):
        codec.encode_blocks([], 16_000, io.BytesIO())


def test_wrong_settings_are_refused(codec: Codec, make_speech: Any) -> None:
    speech = make_speech(16_000, 6)
    with pytest.raises(SearchError, match="'genetic'"):
        codec.encode(speech, 16_000, search="genetic")
    with pytest.raises(SearchError, match="10"):
        codec.encode(speech, 16_000, effort=10)
    for bitrate in (100.0, 0.0, -5.0, float("nan")):
        with pytest.raises(BitrateTooLowError, match=f"{bitrate:g}|{bitrate}"):
            codec.encode(speech, 16_000, bitrate=bitrate)
    with pytest.raises(UnsupportedRateError):
        codec.decode(codec.encode(speech, 16_000, effort=0), sample_rate=10)


def test_what_is_no_gac_file_is_refused(codec: Codec, make_model: Any) -> None:
    for data in (b"", wav(np.zeros(100), 16_000).getvalue()):
        with pytest.raises(NotGacError):
            codec.decode(data)
        with pytest.raises(NotGacError):
            codec.decode_blocks(io.BytesIO(data))
    other = Codec(make_model(1)).encode(np.zeros(1000), 16_000, effort=0)
    with pytest.raises(OtherModelError):
        codec.decode(other)


@pytest.mark.parametrize("subtype", ["FLOAT", "PCM_16"])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_a_file_is_coded_as_its_samples_are(
    codec: Codec, make_speech: Any, rate: int, channels: int, subtype: str
) -> None:
    # 200000 samples come in four blocks from the file and in one as an array.
    speech = make_speech(200_000 // channels * channels, 7).reshape(-1, channels)
    file = wav(speech, rate, subtype)
    samples, _ = soundfile.read(file, dtype="float32")
    file.seek(0)
    target = io.BytesIO()
    coded = codec.encode_file(file, target, effort=0)
    assert target.getvalue() == codec.encode(samples, rate, effort=0)
    assert coded == Coded(len(samples) / rate, len(target.getvalue()))


def test_a_file_that_is_no_audio_is_refused(codec: Codec) -> None:
    with pytest.raises(UnreadableAudioError):
        codec.encode_file(io.BytesIO(b"not audio at all" * 10), io.BytesIO())
    with pytest.raises(EmptyAudioError):
        codec.encode_file(wav(np.zeros(0), 16_000), io.BytesIO())


@pytest.mark.parametrize("format", ["wav", "flac", "ogg"])
@pytest.mark.parametrize("rate", [None, 8000])
def test_audio_files_of_each_format(
    codec: Codec, make_speech: Any, format: Literal["wav", "flac", "ogg"], rate: int | None
) -> None:
    data = codec.encode(make_speech(30_001, 8), 22_050, effort=0)
    expected, expected_rate = codec.decode(data, sample_rate=rate)
    target = io.BytesIO()
    coded = codec.decode_file(io.BytesIO(data), target, format=format, sample_rate=rate)
    target.seek(0)
    with soundfile.SoundFile(target) as sound:
        assert sound.format == format.upper()
        assert sound.samplerate == expected_rate
        written = sound.read(dtype="float32")
    assert written.shape == expected.shape
    assert coded == Coded(len(expected) / expected_rate, len(data))
    if format == "ogg":
        assert active_level_db(written) == pytest.approx(active_level_db(expected), abs=1)
    else:
        assert np.abs(written - expected.clip(-1, 1)).max() < 1.1 / 32768


def test_an_unknown_format_is_refused_before_a_byte_is_written(codec: Codec) -> None:
    target = io.BytesIO()
    data = codec.encode(np.zeros(1000), 16_000, effort=0)
    with pytest.raises(AudioFormatError, match="'mp4'"):
        codec.decode_file(io.BytesIO(data), target, format="mp4")
    assert target.getvalue() == b""


@pytest.fixture(scope="module")
def model_file(segment_model: SegmentModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "small.safetensors"
    path.write_bytes(segment_model.to_bytes())
    return path


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_loaded_codec_reads_what_another_wrote(
    codec: Codec, make_speech: Any, model_file: Path, precision: Precision
) -> None:
    data = codec.encode(make_speech(16_000, 9), 16_000, effort=0)
    loaded = Codec.load(model_file, precision=precision)
    expected, _ = codec.decode(data)
    decoded, _ = loaded.decode(data)
    assert active_level_db(decoded) == pytest.approx(active_level_db(expected), abs=0.5)
    assert np.array_equal(decoded, expected) == (precision == "float32")


def test_what_cannot_be_loaded_is_refused(model_file: Path) -> None:
    with pytest.raises(DeviceError, match="'nonsense'"):
        Codec.load(model_file, device="nonsense")
    with pytest.raises(UnknownModelError):
        Codec.load("no-such-model")
    if not torch.cuda.is_available():
        with pytest.raises(DeviceError, match="'cuda'"):
            Codec.load(model_file, device="cuda")
