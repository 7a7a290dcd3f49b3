"""The .gac container: round trips, its exact bytes, and every way of being broken."""

import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audio_compression.codec.container import (
    CODERS,
    BitstreamError,
    CorruptError,
    Header,
    NewerVersionError,
    NotGacError,
    OtherModelError,
    TruncatedError,
    check_model,
    read_container,
    write_container,
)

HEADER = Header(b"\x12\x34\x56\x78", 16000, 40, 48000, "huffman")
PAYLOADS = [b"first", b"", b"the third"]
GOLDEN = bytes.fromhex(
    "474143 01 01 12345678 03 28 80f702 05 6669727374 00 09 746865207468697264 91f0d437"
)
TABLED_RATES = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 96000]

u32 = st.integers(0, 2**32 - 1)
headers = st.builds(
    Header,
    fingerprint=st.binary(min_size=4, max_size=4),
    sample_rate=st.sampled_from(TABLED_RATES) | st.integers(1, 2**32 - 1),
    level_code=st.integers(0, 255),
    samples=u32,
    coder=st.sampled_from(CODERS),
)


def sealed(body: bytes) -> bytes:
    """A file whose checksum is right, whatever else is wrong."""
    return body + zlib.crc32(body).to_bytes(4, "little")


def read_by_the_document(data: bytes) -> tuple[Header, list[bytes]]:
    """A second reader, after docs/format.md alone; it trusts its input."""
    rest = list(data[:-4])

    def take(count: int) -> bytes:
        taken, rest[:count] = bytes(rest[:count]), []
        return taken

    def varint() -> int:
        byte = take(1)[0]
        return byte if byte < 128 else byte - 128 + 128 * varint()

    assert take(4) == b"GAC\x01"
    coder = ["arithmetic", "huffman"][take(1)[0]]
    fingerprint = take(4)
    code = take(1)[0]
    rate = varint() if code == 255 else TABLED_RATES[code]
    header = Header(fingerprint, rate, take(1)[0], varint(), coder)
    payloads = []
    while rest:
        payloads.append(take(varint()))
    return header, payloads


def test_golden_file() -> None:
    assert write_container(HEADER, PAYLOADS) == GOLDEN


@given(headers, st.lists(st.binary(max_size=300), max_size=5))
def test_both_readers_give_back_what_was_written(header: Header, payloads: list[bytes]) -> None:
    data = write_container(header, payloads)
    assert read_container(data) == (header, payloads)
    assert read_by_the_document(data) == (header, payloads)


@pytest.mark.parametrize("size", [127, 128, 16383, 16384, 70000])
def test_payload_lengths_around_the_steps_of_the_varint(size: int) -> None:
    payloads = [bytes(size), b"x"]
    assert read_container(write_container(HEADER, payloads))[1] == payloads


@pytest.mark.parametrize("payload_bytes", [750, 16383])
def test_three_seconds_cost_at_most_20_bytes_of_overhead(payload_bytes: int) -> None:
    header = replace(HEADER, samples=3 * 16000)
    assert len(write_container(header, [bytes(payload_bytes)])) - payload_bytes <= 20


@pytest.mark.parametrize("sample_rate", [*TABLED_RATES])
def test_common_sample_rates_take_one_byte(sample_rate: int) -> None:
    common = write_container(replace(HEADER, sample_rate=sample_rate), [])
    assert len(common) == len(write_container(replace(HEADER, sample_rate=1), [])) - 1


@pytest.mark.parametrize("size", range(len(GOLDEN)))
def test_every_truncation_is_refused(size: int) -> None:
    expected = NotGacError if size < 3 else (TruncatedError, CorruptError)
    with pytest.raises(expected):
        read_container(GOLDEN[:size])


def test_truncation_within_the_header_or_a_payload_is_called_truncated() -> None:
    long = write_container(HEADER, [bytes(range(100))])
    for size in [3, 8, 12, 17, 50, len(long) - 1]:
        with pytest.raises(TruncatedError):
            read_container(long[:size])


@pytest.mark.parametrize("bit", range(8 * len(GOLDEN)))
def test_every_flipped_bit_is_refused(bit: int) -> None:
    flipped = bytearray(GOLDEN)
    flipped[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BitstreamError):
        read_container(bytes(flipped))


@given(st.binary(min_size=1, max_size=40))
def test_bytes_after_the_end_are_refused(extra: bytes) -> None:
    with pytest.raises((TruncatedError, CorruptError)):
        read_container(GOLDEN + extra)


@given(st.binary(max_size=60))
def test_random_fields_with_a_right_checksum_read_exactly_or_not_at_all(body: bytes) -> None:
    data = sealed(b"GAC\x01" + body)
    try:
        header, payloads = read_container(data)
    except BitstreamError:
        return
    assert write_container(header, payloads) == data


@pytest.mark.parametrize("data", [b"", b"GA", b"RIFF\x00\x00\x00\x00WAVE", b"gac\x01" + bytes(20)])
def test_other_files_are_not_gac(data: bytes) -> None:
    with pytest.raises(NotGacError):
        read_container(data)


def test_newer_version_is_named_even_when_its_layout_is_unknown() -> None:
    with pytest.raises(NewerVersionError, match="version 2"):
        read_container(b"GAC\x02" + bytes(30))


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("47414300 00 12345678 03 28 00", "version"),
        ("47414301 02 12345678 03 28 00", "flags"),
        ("47414301 80 12345678 03 28 00", "flags"),
        ("47414301 00 12345678 0a 28 00", "sample rate"),
        ("47414301 00 12345678 fe 28 00", "sample rate"),
        ("47414301 00 12345678 ff 00 28 00", "sample rate"),
        ("47414301 00 12345678 ff 807d 28 00", "sample rate"),
        ("47414301 00 12345678 03 28 8000", "number of samples"),
        ("47414301 00 12345678 03 28 808080808001", "number of samples"),
        ("47414301 00 12345678 03 28 8080808010", "number of samples"),
        ("47414301 00 12345678 03 28 00 8100 61", "length of a chunk"),
    ],
)
def test_forbidden_values_are_corrupt_and_named(body: str, fault: str) -> None:
    with pytest.raises(CorruptError, match=fault):
        read_container(sealed(bytes.fromhex(body)))


def test_a_length_beyond_the_end_is_refused_before_anything_is_allocated() -> None:
    with pytest.raises(TruncatedError, match="payload of a chunk"):
        read_container(sealed(GOLDEN[:14] + bytes.fromhex("ffffffff0f") + b"short"))


def test_a_wrong_checksum_is_corrupt() -> None:
    with pytest.raises(CorruptError, match="checksum"):
        read_container(GOLDEN[:-1] + bytes([GOLDEN[-1] ^ 0x10]))


def test_check_model_accepts_its_own_and_names_both_of_others() -> None:
    check_model(HEADER, b"\x12\x34\x56\x78")
    with pytest.raises(OtherModelError, match=r"12345678.*deadbeef"):
        check_model(HEADER, b"\xde\xad\xbe\xef")


@pytest.mark.parametrize(
    "change",
    [
        {"fingerprint": b"abc"},
        {"sample_rate": 0},
        {"sample_rate": 2**32},
        {"level_code": -1},
        {"level_code": 256},
        {"samples": -1},
        {"samples": 2**32},
        {"coder": "morse"},
    ],
)
def test_header_refuses_what_the_format_cannot_hold(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must"):
        replace(HEADER, **change)  # type: ignore[arg-type]
