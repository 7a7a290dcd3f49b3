"""Waves and figures as data URIs, so that the page carries them itself."""

import base64
import io

import matplotlib
import soundfile as sf
from matplotlib.figure import Figure

from gan_audio_compression.evaluation.measure import Wave
from gan_audio_compression.signal.spec import SAMPLE_RATE

# Pixels an inch of what a figure holds as an image, such as a spectrogram; lines have no pixels.
_IMAGE_DPI = 200
# Without a fixed salt and date, equal figures would differ in the bytes of their SVG.
_SALT = "gan-audio-compression"


def flac_bytes(wave: Wave) -> bytes:
    """The wave, 16 kHz mono, as 16-bit FLAC; what lies beyond full scale is clipped."""
    file = io.BytesIO()
    sf.write(file, wave, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def flac_uri(wave: Wave) -> str:
    """The FLAC file of the wave, see `flac_bytes`."""
    return _data_uri("audio/flac", flac_bytes(wave))


def svg_uri(figure: Figure) -> str:
    """The figure as SVG: sharp at every size, and its text needs no font of the reader's."""
    file = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": _SALT, "svg.fonttype": "path"}):
        figure.savefig(file, format="svg", dpi=_IMAGE_DPI, metadata={"Date": None})
    return _data_uri("image/svg+xml", file.getvalue())


def _data_uri(media_type: str, data: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"
