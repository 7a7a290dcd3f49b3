"""The recordings in a file, one after the other."""

from collections.abc import Callable

from gan_audio_compression.audio.formats.chunks import chunked_part
from gan_audio_compression.audio.formats.flac import flac_part
from gan_audio_compression.audio.formats.headers import au_part, nist_part
from gan_audio_compression.audio.formats.mpeg import mpeg_part
from gan_audio_compression.audio.formats.ogg import ogg_part
from gan_audio_compression.audio.formats.part import Part, Source

_FINDERS: tuple[Callable[[Source, int], Part | None], ...] = (
    chunked_part,
    flac_part,
    ogg_part,
    nist_part,
    au_part,
    mpeg_part,
)


def find_part(source: Source, place: int) -> Part | None:
    """Find the recording that begins at a place; None if there is none of a known format."""
    found = (find(source, place) for find in _FINDERS)
    return next((part for part in found if part is not None), None)
