"""The header: its exact bytes and every value it may not have."""

import io
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audio_compression.codec.container.errors import (
    CorruptError,
    NewerVersionError,
    NotGacError,
    OtherModelError,
    TruncatedError,
)
from gan_audio_compression.codec.container.fields import Fields
from gan_audio_compression.codec.container.header import (
    CODERS,
    Header,
    check_model,
    coded_samples,
)
from gan_audio_compression.codec.models import model_path
from gan_audio_compression.networks.model_header import read_header

TABLED_RATES = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 96000]

headers = st.builds(
    Header,
    fingerprint=st.binary(min_size=4, max_size=4),
    sample_rate=st.sampled_from(TABLED_RATES) | st.integers(1000, 768_000),
    coder=st.sampled_from(CODERS),
    chunk_segments=st.sampled_from([1, 2, 4, 8, 16]),
)


def read(data: bytes) -> Header:
    return Header.read(Fields(io.BytesIO(data), "the header"))


@given(headers)
def test_round_trip_takes_the_header_and_no_more(header: Header) -> None:
    fields = Fields(io.BytesIO(header.to_bytes() + b"next"), "the header")
    assert Header.read(fields) == header
    assert fields.take(4, "rest") == b"next"


@pytest.mark.parametrize(
    ("header", "data"),
    [
        (Header(b"abcd", 16000, "arithmetic", 1), "474143 02 00 61626364 03"),
        (Header(b"abcd", 44100, "huffman", 16), "474143 02 09 61626364 07"),
        (Header(b"abcd", 192_000, "arithmetic", 16), "474143 02 08 61626364 ff 80dc0b"),
    ],
)
def test_golden_bytes(header: Header, data: str) -> None:
    assert header.to_bytes() == bytes.fromhex(data)


@pytest.mark.parametrize("sample_rate", TABLED_RATES)
def test_common_sample_rates_take_one_byte(sample_rate: int) -> None:
    assert len(Header(b"abcd", sample_rate, "huffman", 4).to_bytes()) == 10


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ("47414300 00 12345678 03", "version"),
        ("47414302 10 12345678 03", "flags"),
        ("47414302 80 12345678 03", "flags"),
        ("47414302 00 12345678 0a", "sample rate"),
        ("47414302 00 12345678 fe", "sample rate"),
        ("47414302 00 12345678 ff 00", "sample rate"),
        ("47414302 00 12345678 ff 807d", "16000 Hz"),
        ("47414302 00 12345678 ff e707", "999 Hz"),
        ("47414302 00 12345678 ff 81f02e", "768001 Hz"),
        ("47414302 00 12345678 ff e8878000", "longer than"),
        ("47414302 00 12345678 ff ffffffffffffffffff", "more than 9 bytes"),
    ],
)
def test_forbidden_values_are_corrupt_and_named(data: str, fault: str) -> None:
    with pytest.raises(CorruptError, match=fault):
        read(bytes.fromhex(data))


@pytest.mark.parametrize("data", [b"", b"GA", b"RIFF\0\0\0\0WAVE", b"gac\x01" + bytes(20)])
def test_other_files_are_not_gac(data: bytes) -> None:
    with pytest.raises(NotGacError):
        read(data)


def test_newer_version_is_named_even_when_its_layout_is_unknown() -> None:
    with pytest.raises(NewerVersionError, match="version 3"):
        read(b"GAC\x03")


def test_every_truncation_is_called_so() -> None:
    data = Header(b"abcd", 192_000, "arithmetic", 16).to_bytes()
    for size in range(3, len(data)):
        with pytest.raises(TruncatedError, match="the header"):
            read(data[:size])


@pytest.mark.parametrize(
    "change",
    [
        {"fingerprint": b"abc"},
        {"sample_rate": 999},
        {"sample_rate": 768_001},
        {"coder": "morse"},
        {"chunk_segments": 0},
        {"chunk_segments": 3},
        {"chunk_segments": 32},
        {"chunk_segments": -4},
    ],
)
def test_what_the_format_cannot_hold_is_refused(header: Header, change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must"):
        replace(header, **change)  # type: ignore[arg-type]


def test_check_model_accepts_its_own_and_names_both_of_others(header: Header) -> None:
    check_model(header, b"\x12\x34\x56\x78")
    with pytest.raises(OtherModelError, match=r"12345678.*deadbeef"):
        check_model(header, b"\xde\xad\xbe\xef")


def test_models_that_ship_are_called_by_their_names(header: Header) -> None:
    prints = {name: shipped_fingerprint(name) for name in ("default", "paper")}
    of_paper = replace(header, fingerprint=prints["paper"])
    says = (
        f"with the model 'paper' ({prints['paper'].hex()}), and this is the model 'default'"
        f" ({prints['default'].hex()}); decode it with the former (--model paper)."
    )
    with pytest.raises(OtherModelError, match=re.escape(says)):
        check_model(of_paper, prints["default"])
    with pytest.raises(OtherModelError, match=r"\(--model paper\)"):
        check_model(of_paper, b"\xde\xad\xbe\xef")
    with pytest.raises(OtherModelError, match=r"decode it with the file of the former"):
        check_model(header, prints["default"])


def shipped_fingerprint(name: str) -> bytes:
    with model_path(name).open("rb") as file:
        return bytes.fromhex(read_header(file).metadata.digest)[:4]


@pytest.mark.parametrize(
    ("total", "sample_rate", "samples"),
    [(1, 16000, 1), (1, 768_000, 1), (1, 1000, 16), (48_001, 48_000, 16_001), (3, 11025, 5)],
)
def test_coded_samples_round_up(total: int, sample_rate: int, samples: int) -> None:
    assert coded_samples(total, sample_rate) == samples


def test_a_full_chunk_of_a_segment_is_1_024_seconds(header: Header) -> None:
    assert header.chunk_samples == 16384
    assert replace(header, chunk_segments=16).chunk_samples == 16 * 16384
