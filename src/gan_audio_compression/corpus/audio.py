"""Decodes an audio file to mono samples and refuses what holds no signal."""

import io

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.audio.errors import SilentAudioError
from gan_audio_compression.audio.reader import AudioReader

# One step of 16-bit PCM is -90.3 dBFS: a file that only toggles its last bit is silent.
_SILENCE_DBFS = -90.0


def decode_audio(data: bytes) -> tuple[NDArray[np.float32], int]:
    """Decode a whole audio file, mixed down to mono by the mean of its channels.

    Args:
        data: a file in a format of libsndfile, such as NIST SPHERE, RIFF, FLAC, Ogg Vorbis or
            Ogg Opus, or of ffmpeg where it is installed, at any bit depth and any sample rate
            from 1000 to 768000 Hz.

    Returns:
        Samples of shape (samples,), clipped to [-1, 1], and the sample rate in Hz.

    Raises:
        UnreadableAudioError: when the bytes are no such file.
        UnsupportedRateError: when the sample rate is out of range.
        NotFiniteAudioError: when a sample is not finite.
        EmptyAudioError: when there is no sample.
        SilentAudioError: when the peak without the mean is below -90 dBFS.
    """
    with AudioReader(io.BytesIO(data)) as reader:
        samples = np.concatenate(list(reader.blocks()))
    if np.abs(samples - samples.mean(dtype=np.float64)).max() < 10 ** (_SILENCE_DBFS / 20):
        raise SilentAudioError(
            f"This audio file of {samples.size} samples is silent (below {_SILENCE_DBFS:g} dBFS); "
            "leave it out or record it again."
        )
    return samples, reader.sample_rate
