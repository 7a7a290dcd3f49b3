import contextlib
import io
import tracemalloc

import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray

from gan_audio_compression.audio.errors import (
    AudioError,
    EmptyAudioError,
    NotFiniteAudioError,
    SilentAudioError,
    UnreadableAudioError,
)
from gan_audio_compression.corpus.audio import decode_audio

RATE = 16000
TONE = 0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)


def file_of(
    wave: NDArray[np.float64], container: str = "WAV", subtype: str = "PCM_16", rate: int = RATE
) -> bytes:
    buffer = io.BytesIO()
    sf.write(buffer, wave, rate, format=container, subtype=subtype)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("container", "subtype", "tolerance"),
    [
        ("NIST", "PCM_16", 2**-15),
        ("NIST", "ULAW", 0.02),
        ("WAV", "PCM_U8", 2**-7),
        ("WAV", "PCM_16", 2**-15),
        ("WAV", "PCM_24", 2**-23),
        ("WAV", "PCM_32", 2**-23),
        ("WAV", "FLOAT", 2**-23),
        ("FLAC", "PCM_16", 2**-15),
        ("OGG", "VORBIS", 0.05),
        ("OGG", "OPUS", 0.1),
    ],
)
def test_every_format_gives_the_same_wave(container: str, subtype: str, tolerance: float) -> None:
    wave, rate = decode_audio(file_of(TONE, container, subtype))
    assert rate == RATE
    assert wave.dtype == np.float32
    assert wave.shape == TONE.shape
    # Transform codecs are at their worst at the ends.
    assert np.abs(wave - TONE)[800:-800].max() <= tolerance


def test_other_sample_rates_are_reported_not_converted() -> None:
    wave, rate = decode_audio(file_of(TONE, rate=48000))
    assert (wave.size, rate) == (RATE, 48000)


def test_channels_are_averaged() -> None:
    wave, _ = decode_audio(file_of(np.column_stack([TONE, 0 * TONE, -0.5 * TONE])))
    np.testing.assert_allclose(wave, TONE / 6, atol=2**-15)


def test_float_file_beyond_full_scale_is_clipped() -> None:
    wave, _ = decode_audio(file_of(8 * TONE, subtype="FLOAT"))
    np.testing.assert_allclose(wave, (8 * TONE).clip(-1, 1), atol=1e-6)


@pytest.mark.parametrize(
    "data",
    [
        b"NIST_1A\n   1024\n",
        b"not audio at all" * 100,
        file_of(TONE)[:20],
        file_of(TONE, "NIST")[:500],
        file_of(TONE, "FLAC")[:30],
        file_of(TONE, "OGG", "VORBIS")[:200],
    ],
    ids=["bare magic", "text", "RIFF", "NIST", "FLAC", "Ogg"],
)
def test_garbage_and_cut_headers_are_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableAudioError, match="not readable audio"):
        decode_audio(data)


def test_header_that_claims_terabytes_costs_no_memory() -> None:
    data = bytearray(file_of(TONE, "FLAC"))
    data[22:26] = b"\xff" * 4  # low bits of the sample count in STREAMINFO
    tracemalloc.start()
    with contextlib.suppress(UnreadableAudioError):
        decode_audio(bytes(data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_sample_that_is_not_finite_is_refused(bad: float) -> None:
    wave = TONE.copy()
    wave[7] = bad
    with pytest.raises(NotFiniteAudioError, match="not finite"):
        decode_audio(file_of(wave, subtype="FLOAT"))


@pytest.mark.parametrize("container", ["WAV", "NIST"])
def test_no_samples_is_empty(container: str) -> None:
    with pytest.raises(EmptyAudioError):
        decode_audio(file_of(np.zeros(0), container))


@pytest.mark.parametrize(
    "wave", [np.zeros(100), np.full(100, 0.25), np.full(1, 0.25), TONE * 2**-15]
)
def test_silence_offset_and_last_bit_noise_are_silent(wave: NDArray[np.float64]) -> None:
    with pytest.raises(SilentAudioError):
        decode_audio(file_of(wave))


def test_faint_speech_with_an_offset_is_kept() -> None:
    faint = 10 ** (-80 / 20) * TONE / 0.5 + 0.1
    wave, _ = decode_audio(file_of(faint, subtype="PCM_24"))
    np.testing.assert_allclose(wave, faint, atol=2**-23)


def test_one_except_clause_catches_every_bad_file() -> None:
    kinds = (UnreadableAudioError, NotFiniteAudioError, EmptyAudioError, SilentAudioError)
    assert all(issubclass(kind, AudioError) for kind in kinds)
