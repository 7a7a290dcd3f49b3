"""The checksum is the standard's."""

from gan_audio_compression.codec.live.checksum import crc8


def test_the_check_value_of_the_standard() -> None:
    assert crc8(b"123456789") == 0xDF
