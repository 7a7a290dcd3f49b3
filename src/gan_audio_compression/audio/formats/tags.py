"""Tags and padding, which lie before, between and after recordings and are none.

ID3v1, ID3v2 (id3.org), APEv2 (wiki.hydrogenaud.io) and zeros.
"""

from gan_audio_compression.audio.formats.part import Source, read_at

_BLOCK = 1 << 16
_ID3V1_BYTES = 128
_ID3V2_FOOTER = 0x10


def skip_tags(source: Source, place: int) -> int:
    """Return the place behind all tags and zeros that begin at one."""
    while (end := _behind(source, place)) > place:
        place = end
    return place


def _behind(source: Source, place: int) -> int:
    """Return the place behind one tag or run of zeros; the same place if there is none."""
    data = read_at(source, place, 32)
    if data.startswith(b"ID3") and len(data) >= 10:
        size = 0
        for byte in data[6:10]:
            size = size << 7 | byte & 0x7F
        return place + 10 + size + (10 if data[5] & _ID3V2_FOOTER else 0)
    if data.startswith(b"TAG"):
        return place + _ID3V1_BYTES
    if data.startswith(b"APETAGEX"):
        return place + 32 + int.from_bytes(data[12:16], "little")
    if data.startswith(b"\0"):
        block = read_at(source, place, _BLOCK)
        return place + len(block) - len(block.lstrip(b"\0"))
    return place
