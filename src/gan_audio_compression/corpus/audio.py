"""Decodes an audio file to mono samples and refuses what holds no signal."""

import io

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from gan_audio_compression.corpus.errors import (
    EmptyAudioError,
    SilentAudioError,
    UnreadableAudioError,
)

# One step of 16-bit PCM is -90.3 dBFS: a file that only toggles its last bit is silent.
_SILENCE_DBFS = -90.0
_BLOCK = 1 << 16


def decode_audio(data: bytes) -> tuple[NDArray[np.float32], int]:
    """Decode a whole audio file, mixed down to mono by the mean of its channels.

    Args:
        data: a file in a format of libsndfile, such as NIST SPHERE, RIFF, FLAC, Ogg Vorbis or
            Ogg Opus, at any sample rate and bit depth.

    Returns:
        Samples of shape (samples,) in [-1, 1], scaled down as a whole where a float or lossy file
        goes beyond; and the sample rate in Hz.

    Raises:
        UnreadableAudioError: when the bytes are no such file or a sample is not finite.
        EmptyAudioError: when there is no sample.
        SilentAudioError: when the peak without the mean is below -90 dBFS.
    """
    try:
        channels, sample_rate = _read_channels(data)
    except sf.LibsndfileError as error:
        raise UnreadableAudioError(
            f"This file of {len(data)} bytes is not readable audio ({error.error_string}); "
            "give a complete WAV, FLAC, Ogg or NIST SPHERE file."
        ) from error
    if channels.size == 0:
        raise EmptyAudioError("This audio file has no samples; leave it out or record it again.")
    if not np.isfinite(channels).all():
        raise UnreadableAudioError(
            "This audio file has samples that are not finite numbers; export it again."
        )
    mono = channels.mean(axis=1, dtype=np.float64)
    if np.abs(mono - mono.mean()).max() < 10 ** (_SILENCE_DBFS / 20):
        raise SilentAudioError(
            f"This audio file of {mono.size} samples is silent (below {_SILENCE_DBFS:g} dBFS); "
            "leave it out or record it again."
        )
    mono /= max(1.0, np.abs(mono).max())
    return mono.astype(np.float32), sample_rate


def _read_channels(data: bytes) -> tuple[NDArray[np.float32], int]:
    """Samples of shape (samples, channels) and the sample rate in Hz."""
    with sf.SoundFile(io.BytesIO(data)) as file:
        # By blocks: a damaged header may claim terabytes, which one read would allocate.
        blocks = [file.read(_BLOCK, dtype="float32", always_2d=True)]
        while blocks[-1].size:
            blocks.append(file.read(_BLOCK, dtype="float32", always_2d=True))
        return np.concatenate(blocks), file.samplerate
