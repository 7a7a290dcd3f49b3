"""What holds of every codec: round trips, rates, odd input, damage, settings, absence."""

import re
import tempfile
from collections.abc import Callable
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pystoi import stoi

from gan_audio_compression.bench.amr import AmrCodec
from gan_audio_compression.bench.codec import (
    BenchCodec,
    CodecFailedError,
    CodecMissingError,
)
from gan_audio_compression.bench.codec2 import Codec2Codec
from gan_audio_compression.bench.opus import OpusCodec
from gan_audio_compression.bench.speex import SpeexCodec
from gan_audio_compression.component import ComponentError, described, open_component
from gan_audio_compression.evaluation.alignment import aligned, find_delay

RATE = 16_000
# Each with its delay in samples, the bits of a frame, its length in samples, and the ESTOI that it
# reaches at least.
KNOWN: list[tuple[BenchCodec, int, int, int, float]] = [
    (OpusCodec(9000), 5, 176, 320, 0.92),
    (OpusCodec(6000), 12, 120, 320, 0.83),
    (SpeexCodec("narrow"), 170, 160, 320, 0.83),
    (SpeexCodec("wide"), 231, 160, 320, 0.8),
    (AmrCodec("wide", 6600), 100, 132, 320, 0.89),
    (AmrCodec("narrow", 6700), 88, 134, 320, 0.89),
    (Codec2Codec("3200"), 279, 64, 320, 0.8),
    (Codec2Codec("2400"), 289, 48, 320, 0.73),
    (Codec2Codec("1600"), 273, 64, 640, 0.7),
    (Codec2Codec("700C"), 471, 28, 640, 0.67),
]
CODECS = [known[0] for known in KNOWN]
FAMILIES = [OpusCodec(9000), SpeexCodec("wide"), AmrCodec("wide", 6600), Codec2Codec("2400")]
FAMILIES_AND_NARROW_AMR = [*FAMILIES, AmrCodec("narrow", 6700)]

MakeSpeech = Callable[[int, int], NDArray[np.float32]]
Require = Callable[[BenchCodec], None]


@pytest.mark.parametrize(("codec", "delay", "bits", "samples", "least"), KNOWN, ids=str)
def test_speech_survives_at_the_rate_and_with_the_delay_that_are_known(
    require: Require,
    sentence: NDArray[np.float32],
    codec: BenchCodec,
    delay: int,
    bits: int,
    samples: int,
    least: float,
) -> None:
    require(codec)
    coded = codec.encode(sentence)
    decoded = codec.decode(coded.data).speech
    found = find_delay(sentence, decoded)
    assert found == pytest.approx(delay, abs=32)
    assert len(decoded) >= len(sentence) - found
    restored = aligned(decoded, found, len(sentence))
    assert stoi(sentence, restored, RATE, extended=True) > least
    # Some code one frame more, to get their look-ahead out.
    frames, rest = divmod(coded.payload_bits, bits)
    assert rest == 0
    assert frames - -(-len(sentence) // samples) in (0, 1)
    assert coded.payload_bits < 8 * len(coded.data)


@pytest.mark.parametrize("codec", FAMILIES, ids=str)
def test_a_codec_gives_equal_payload_for_equal_speech(
    require: Require, make_speech: MakeSpeech, codec: BenchCodec
) -> None:
    require(codec)
    speech = make_speech(RATE, 0)
    first, second = (codec.decode(codec.encode(speech).data) for _ in range(2))
    np.testing.assert_array_equal(first.speech, second.speech)


@pytest.mark.parametrize("codec", CODECS, ids=str)
def test_odd_speech_is_coded_too(
    require: Require, make_speech: MakeSpeech, codec: BenchCodec
) -> None:
    require(codec)
    square = np.where(np.arange(RATE) % 100 < 50, 1, -1).astype(np.float32)
    odd = [make_speech(1, 0), make_speech(160, 0), np.zeros(RATE, np.float32), square, 4 * square]
    for speech in odd:
        coded = codec.encode(speech)
        decoded = codec.decode(coded.data).speech
        assert coded.payload_bits > 0
        assert len(decoded) >= len(speech)
        assert np.isfinite(decoded).all()
        assert np.abs(decoded).max() <= 1


@pytest.mark.parametrize("codec", FAMILIES, ids=str)
def test_silence_stays_silent(require: Require, codec: BenchCodec) -> None:
    require(codec)
    silence = codec.encode(np.zeros(RATE, np.float32))
    assert np.abs(codec.decode(silence.data).speech).max() < 0.01


@pytest.mark.parametrize("codec", FAMILIES, ids=str)
@pytest.mark.parametrize(
    "speech",
    [np.zeros(0, np.float32), np.zeros((100, 2), np.float32), np.full(100, np.nan, np.float32)],
    ids=["empty", "stereo", "not finite"],
)
def test_what_is_no_speech_is_refused(codec: BenchCodec, speech: NDArray[np.float32]) -> None:
    with pytest.raises(CodecFailedError, match="finite mono samples"):
        codec.encode(speech)


@pytest.mark.parametrize("codec", FAMILIES_AND_NARROW_AMR, ids=str)
def test_cut_and_foreign_files_are_refused(
    require: Require, make_speech: MakeSpeech, codec: BenchCodec
) -> None:
    require(codec)
    data = codec.encode(make_speech(RATE // 2, 0)).data
    foreign = [b"", b"RIFF", bytes(200), np.random.default_rng(0).bytes(300), data[1:], data + b"x"]
    for wrong in [*foreign, data[:-1], data[: len(data) // 2 - 1], data[:5]]:
        with pytest.raises(CodecFailedError):
            codec.decode(wrong)


@pytest.mark.parametrize("codec", FAMILIES_AND_NARROW_AMR, ids=str)
def test_damage_gives_an_error_or_speech(
    require: Require, make_speech: MakeSpeech, codec: BenchCodec
) -> None:
    require(codec)
    data = codec.encode(make_speech(RATE // 2, 0)).data
    length = len(codec.decode(data).speech)
    draw = np.random.default_rng(0)
    for _ in range(10):
        damaged = bytearray(data)
        for place in draw.integers(len(data), size=8):
            damaged[place] = draw.integers(256)
        try:
            decoded = codec.decode(bytes(damaged)).speech
        except CodecFailedError:
            continue
        assert len(decoded) == length
        assert np.isfinite(decoded).all()


@pytest.mark.parametrize("band_and_rate", [("narrow", 6700), ("wide", 6600)], ids=str)
def test_amr_decodes_any_bits_in_whole_frames(require: Require, band_and_rate: Any) -> None:
    codec = AmrCodec(*band_and_rate)
    require(codec)
    template = codec.encode(np.zeros(RATE, np.float32)).data
    size = 1 + -(-codec.bitrate // 50 // 8)
    draw = np.random.default_rng(0)
    data = bytearray(template)
    for start in range(len(template) - 50 * size, len(template), size):
        data[start + 1 : start + size] = draw.bytes(size - 1)
    assert len(codec.decode(bytes(data)).speech) == RATE


@pytest.mark.parametrize("codec", FAMILIES, ids=str)
def test_one_setting_does_not_read_the_files_of_another(
    require: Require, make_speech: MakeSpeech, codec: BenchCodec
) -> None:
    others: dict[str, BenchCodec] = {
        ".opus": SpeexCodec("wide"),
        ".spx": OpusCodec(9000),
        ".awb": AmrCodec("wide", 8850),
        ".c2": Codec2Codec("3200"),
    }
    require(codec)
    with pytest.raises(CodecFailedError):
        others[codec.suffix].decode(codec.encode(make_speech(RATE, 0)).data)


@pytest.mark.parametrize("codec", FAMILIES, ids=str)
def test_no_temporary_file_stays(
    require: Require,
    make_speech: MakeSpeech,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    codec: BenchCodec,
) -> None:
    require(codec)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    codec.decode(codec.encode(make_speech(RATE, 0)).data)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("codec", CODECS, ids=str)
def test_a_codec_can_be_sent_to_a_worker_and_comes_from_parameters(codec: BenchCodec) -> None:
    assert ForkingPickler.loads(ForkingPickler.dumps(codec)) == codec
    assert open_component(described(codec)) == codec


@pytest.mark.parametrize(
    "settings",
    [
        {"type": "opus.OpusCodec", "bitrate": 5999},
        {"type": "opus.OpusCodec", "bitrate": 256_001},
        {"type": "opus.OpusCodec", "bitrate": 9000, "complexity": 5},
        {"type": "speex.SpeexCodec", "band": "narrow", "bitrate": 2149},
        {"type": "speex.SpeexCodec", "band": "wide", "bitrate": 42_201},
        {"type": "speex.SpeexCodec", "band": "full"},
        {"type": "amr.AmrCodec", "band": "wide", "bitrate": 6700},
        {"type": "amr.AmrCodec", "band": "narrow", "bitrate": 6600},
        {"type": "codec2.Codec2Codec", "mode": "450"},
        {"type": "mp3.Mp3Codec"},
    ],
    ids=str,
)
def test_settings_that_no_codec_has_are_refused(settings: dict[str, Any]) -> None:
    entry = settings | {"type": f"gan_audio_compression.bench.{settings['type']}"}
    with pytest.raises(ComponentError, match=settings["type"]):
        open_component(entry)


@pytest.mark.parametrize(
    ("codec", "package", "pattern"),
    [
        (OpusCodec(9000), "opus-tools", r"opus-tools \d.* libopus \d"),
        (SpeexCodec("wide"), "speex", r"version \d"),
        (AmrCodec("wide", 6600), "libvo-amrwbenc0", r"libvo-amrwbenc \d.*libopencore-amrwb \d"),
        (AmrCodec("narrow", 6700), "libopencore-amrnb0", r"libopencore-amrnb \d+\.\d+"),
        (Codec2Codec("2400"), "codec2", r"c2enc \(libcodec2 \d"),
    ],
    ids=str,
)
class TestInstallation:
    """What a codec says of itself, and what is said where it is not installed."""

    def test_version_names_what_does_the_work(
        self, require: Require, codec: BenchCodec, package: str, pattern: str
    ) -> None:
        require(codec)
        assert re.search(pattern, codec.version())

    @pytest.mark.usefixtures("nothing_installed")
    def test_a_missing_codec_is_named_with_its_package(
        self, make_speech: MakeSpeech, codec: BenchCodec, package: str, pattern: str
    ) -> None:
        for use in (
            codec.version,
            lambda: codec.recipe,
            lambda: codec.encode(make_speech(RATE, 0)),
        ):
            with pytest.raises(CodecMissingError, match=rf"install {package}\b"):
                use()

    def test_a_decoder_that_is_missing_is_named_too(
        self,
        request: pytest.FixtureRequest,
        require: Require,
        make_speech: MakeSpeech,
        codec: BenchCodec,
        package: str,
        pattern: str,
    ) -> None:
        require(codec)
        data = codec.encode(make_speech(RATE, 0)).data
        request.getfixturevalue("nothing_installed")
        with pytest.raises(CodecMissingError, match="is not installed"):
            codec.decode(data)
