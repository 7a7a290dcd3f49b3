"""Fields: variable-length integers, and no byte read before it is needed."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audio_compression.codec.container.errors import CorruptError, TruncatedError
from gan_audio_compression.codec.container.fields import Fields, varint


def fields_of(data: bytes) -> Fields:
    return Fields(io.BytesIO(data), "the test")


@given(st.integers(0, 2**63 - 1) | st.integers(0, 70_000))
def test_varint_round_trip_in_the_fewest_bytes(value: int) -> None:
    data = varint(value)
    assert len(data) == max(1, -(-value.bit_length() // 7))
    assert fields_of(data).varint("number") == value


@given(st.binary(max_size=12))
def test_each_value_has_one_form(data: bytes) -> None:
    fields = fields_of(data)
    try:
        value = fields.varint("number")
    except (TruncatedError, CorruptError):
        return
    assert varint(value) == fields.since(0) == data[: fields.position]


@pytest.mark.parametrize("value", [-1, 2**63])
def test_varint_refuses_what_has_no_form(value: int) -> None:
    with pytest.raises(ValueError, match=r"2\*\*63 - 1"):
        varint(value)


def test_only_what_a_field_needs_is_read() -> None:
    file = io.BytesIO(b"\x81\x01rest")
    fields = Fields(file, "the test")
    assert file.tell() == 0
    fields.varint("number")
    assert file.tell() == 2
    fields.take(0, "nothing")
    assert file.tell() == 2


def test_fields_are_taken_again_after_going_back_until_they_are_forgotten() -> None:
    fields = fields_of(b"abcdef")
    assert fields.take(3, "word") == b"abc"
    fields.position = 1
    assert fields.take(2, "word") == b"bc"
    fields.forget()
    assert (fields.position, fields.take(3, "word")) == (0, b"def")
    with pytest.raises(TruncatedError, match="word of the test"):
        fields.take(1, "word")
