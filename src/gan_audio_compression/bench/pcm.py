"""Speech as the 16-bit samples that codecs take and give."""

import io

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from gan_audio_compression.audio.resample import resample
from gan_audio_compression.bench.codec import CodecFailedError, Wave

SAMPLE_RATE = 16_000
"""Of all speech outside the codecs, in Hz."""

Pcm = NDArray[np.int16]
FULL_SCALE = 32_768
"""Of samples of 16 bits."""


def to_pcm(speech: Wave, sample_rate: int, frame: int = 1) -> Pcm:
    """Speech at `sample_rate` Hz, padded with zeros to whole frames of `frame` samples.

    Raises:
        CodecFailedError: the speech is not mono, empty, or has samples that are not finite.
    """
    if speech.ndim != 1 or not len(speech) or not np.isfinite(speech).all():
        raise CodecFailedError(
            f"Speech of shape {speech.shape} cannot be coded; give finite mono samples [n], n > 0."
        )
    samples = resample(speech, SAMPLE_RATE, sample_rate) * np.float32(FULL_SCALE)
    pcm = np.rint(samples).clip(-FULL_SCALE, FULL_SCALE - 1).astype(np.dtype("<i2"))
    return np.pad(pcm, (0, -len(pcm) % frame))


def to_speech(pcm: Pcm, sample_rate: int) -> Wave:
    """The speech of samples at `sample_rate` Hz."""
    speech = resample(pcm.astype(np.float32) / np.float32(FULL_SCALE), sample_rate, SAMPLE_RATE)
    # Resampling overshoots where a sample is clipped.
    return speech.clip(-1, 1)


def wav_file(pcm: Pcm, sample_rate: int) -> bytes:
    """A WAV file of samples at `sample_rate` Hz."""
    file = io.BytesIO()
    sf.write(file, pcm, sample_rate, format="WAV")
    return file.getvalue()


def pcm_of(data: bytes) -> Pcm:
    """The samples of a headerless file, 16 bits each, the low byte first."""
    return np.frombuffer(data, np.dtype("<i2"))
