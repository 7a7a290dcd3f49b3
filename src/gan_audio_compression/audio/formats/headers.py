"""AU and NIST SPHERE: files of one header, and then samples up to the end.

AU: the audio file format of Sun and NeXT. NIST SPHERE: the SPeech HEader REsources of NIST.
"""

import re
import struct

from gan_audio_compression.audio.formats.lengths import extent, is_unknown_length
from gan_audio_compression.audio.formats.part import Part, Source, read_at

_LONGEST_HEADER = 1 << 20


def au_part(source: Source, start: int) -> Part | None:
    """Find the samples of an AU file that begins at `start`; None if there is none."""
    head = read_at(source, start, 12)
    order = {b".snd": ">", b"dns.": "<"}.get(head[:4])
    if order is None or len(head) < 12:
        return None
    offset, claimed = struct.unpack_from(f"{order}2I", head, 4)
    rest = read_at(source, start + 12, min(offset - 12, _LONGEST_HEADER))
    begin = start + 12 + len(rest)
    length, share = extent(source, begin, None if is_unknown_length(claimed) else claimed)
    size = struct.pack(f"{order}I", min(length, 0xFFFF_FFFF))
    return Part(begin, length, begin + length, head[:8] + size + rest, share)


def nist_part(source: Source, start: int) -> Part | None:
    """Find the samples of a NIST SPHERE file that begins at `start`; None if there is none."""
    beginning = re.match(rb"NIST_1A\n *(\d{1,7})\n", read_at(source, start, 16))
    if beginning is None:
        return None
    head = read_at(source, start, int(beginning[1]))
    fields = dict(re.findall(rb"^(\w+) -i (\d{1,18})\b", head.partition(b"\nend_head")[0], re.M))
    counts = (fields.get(name) for name in (b"sample_count", b"channel_count", b"sample_n_bytes"))
    claimed = 1
    for count in counts:
        claimed *= int(count or 0)
    begin = start + len(head)
    length, share = extent(source, begin, claimed or None)
    return Part(begin, length, begin + length, head, share)
