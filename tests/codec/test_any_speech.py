"""The model that ships, on speech unlike what it was trained on: no blow-ups, level kept."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from gan_audio_compression.audio.resample import resample
from gan_audio_compression.codec.codec import Codec
from gan_audio_compression.signal.level import active_level_db

RATE = 16_000
CORPUS = Path(__file__).resolve().parents[2] / "data" / "01_raw" / "demo_corpus"
WOMAN, MAN = (CORPUS / "TEST" / n for n in ("DR8/FCAR0/SX70.WAV", "DR7/MAWB0/SX61.WAV"))


def recording(path: Path) -> np.ndarray:
    samples, rate = soundfile.read(path, dtype="float32")
    return resample(samples, rate, RATE)


def band(wave: np.ndarray, low_hz: float, high_hz: float) -> np.ndarray:
    frequencies = np.fft.rfftfreq(len(wave), 1 / RATE)
    within = (frequencies > low_hz) & (frequencies < high_hz)
    return np.fft.irfft(np.fft.rfft(wave) * within, len(wave)).astype(np.float32)


def noise(wave: np.ndarray, level_db: float) -> np.ndarray:
    drawn = np.random.default_rng(0).standard_normal(len(wave))
    return (drawn * 10 ** (level_db / 20)).astype(np.float32)


def whispered(wave: np.ndarray) -> np.ndarray:
    """Give each short piece of speech a random phase, and so no pitch."""
    draw, window, size = np.random.default_rng(0), np.hanning(512), 512
    total = np.zeros(len(wave) + size)
    for start in range(0, len(wave) - size, size // 4):
        magnitude = np.abs(np.fft.rfft(wave[start : start + size] * window))
        magnitude = np.convolve(magnitude, np.ones(9) / 9, "same")
        phase = np.exp(2j * np.pi * draw.random(len(magnitude)))
        total[start : start + size] += np.fft.irfft(magnitude * phase) * window
    return total[: len(wave)].astype(np.float32) / 2


def music(seconds: int) -> np.ndarray:
    time = np.arange(seconds * RATE) / RATE
    chord = sum(np.sin(2 * np.pi * f * time) for f in (262, 330, 392, 523, 784))
    return (0.05 * chord * np.exp(-3 * (2 * time % 1))).astype(np.float32)


SILENCE_AROUND = np.pad(recording(WOMAN), 2 * RATE)
# Each with a bit rate.
SPEECH = {
    "woman": (recording(WOMAN), 2000),
    "man": (recording(MAN), 1000),
    "quiet": (recording(WOMAN) * 0.02, 2000),
    "telephone": (band(recording(WOMAN), 300, 3400), 1000),
    "noise 5 dB below": (recording(MAN) + noise(recording(MAN), -25.0), 2000),
    "whisper": (whispered(recording(WOMAN)), 1000),
    "fast": (resample(recording(MAN), 24_000, RATE), 2000),
    "child": (resample(recording(WOMAN), 20_800, RATE), 1000),
    "two voices": (0.5 * (recording(WOMAN)[:30_000] + recording(MAN)[:30_000]), 2000),
    "music on hold": (music(3), 1000),
    "silence around": (SILENCE_AROUND, 2000),
}


@pytest.fixture(scope="module")
def codec() -> Codec:
    return Codec.load()


@pytest.mark.parametrize("kind", SPEECH)
def test_level_is_kept_and_nothing_clicks(codec: Codec, kind: str) -> None:
    speech, bitrate = SPEECH[kind]
    data = codec.encode(speech, RATE, bitrate=bitrate, effort=1)
    # Silence takes no bits, and the finest quality is not that many.
    least = {"woman": 0.97, "man": 0.97, "silence around": 0.85}.get(kind, 0.93)
    assert least * bitrate <= 8 * len(data) * RATE / len(speech) <= bitrate
    decoded, _ = codec.decode(data)
    assert active_level_db(decoded) == pytest.approx(active_level_db(speech), abs=1.0)
    assert np.abs(decoded).max() < 1.5 * np.abs(speech).max()
    assert np.abs(np.diff(decoded)).max() < 1.5 * np.abs(np.diff(speech)).max()


def test_silence_stays_silent(codec: Codec) -> None:
    decoded, _ = codec.decode(codec.encode(np.zeros(3 * RATE, np.float32), RATE))
    assert np.abs(decoded).max() < 1e-4


def test_pauses_stay_quiet(codec: Codec) -> None:
    decoded, _ = codec.decode(codec.encode(SILENCE_AROUND, RATE, effort=1))
    # 50 dB below the speech.
    assert np.abs(decoded[: int(1.9 * RATE)]).max() < 2e-3
    assert np.abs(decoded[-int(1.9 * RATE) :]).max() < 2e-3


@pytest.mark.parametrize("hertz", [2000, 7000])
def test_a_loud_tone_in_silence_keeps_its_level(codec: Codec, hertz: float) -> None:
    tone = 0.5 * np.sin(2 * np.pi * hertz * np.arange(2 * RATE) / RATE)
    samples = np.pad(tone, RATE // 2).astype(np.float32)
    decoded, _ = codec.decode(codec.encode(samples, RATE, effort=0))
    middle = slice(RATE, 2 * RATE)
    change_db = 20 * np.log10(decoded[middle].std() / samples[middle].std())
    assert abs(change_db) < 3


@pytest.mark.parametrize("hertz", [1000, 3100])
def test_an_alarm_within_speech_keeps_its_level(codec: Codec, hertz: float) -> None:
    """Ten decibels above it, for 0.4 s: too short to have a level of its own."""
    speech = np.tile(recording(WOMAN), 2)
    alarm = slice(RATE, RATE + 2 * RATE // 5)
    amplitude = 10 ** ((active_level_db(speech) + 10) / 20) * np.sqrt(2)
    speech[alarm] += amplitude * np.sin(2 * np.pi * hertz * np.arange(2 * RATE // 5) / RATE)
    decoded, _ = codec.decode(codec.encode(speech, RATE, effort=0))
    change_db = 20 * np.log10(decoded[alarm].std() / speech[alarm].std())
    assert abs(change_db) < 3
    after = slice(alarm.stop + RATE // 10, None)
    levels = (active_level_db(wave[after]) for wave in (decoded, speech))
    assert next(levels) == pytest.approx(next(levels), abs=1.2)


@pytest.mark.parametrize("hertz", [100, 440, 1000, 2000, 3100, 5000, 7000])
def test_a_tone_keeps_its_level_and_begins_without_a_click(codec: Codec, hertz: float) -> None:
    tone = (0.1 * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)).astype(np.float32)
    decoded, _ = codec.decode(codec.encode(tone, RATE, effort=0))
    middle = slice(RATE // 4, 3 * RATE // 4)
    change_db = 20 * np.log10(decoded[middle].std() / tone[middle].std())
    assert change_db == pytest.approx(0.0, abs=3.0)
    peak = np.abs(decoded[middle]).max()
    assert np.abs(decoded[: RATE // 200]).max() < 1.5 * peak
    assert np.abs(decoded[: RATE // 8]).max() < 2 * peak


@pytest.mark.parametrize("samples", [1, 16, 160, 800, 1600, 3200])
def test_a_short_clip_is_coded_without_options(codec: Codec, samples: int) -> None:
    clip = recording(WOMAN)[RATE : RATE + samples]
    data = codec.encode(clip, RATE)
    decoded, _ = codec.decode(data)
    assert decoded.shape == clip.shape
    assert len(data) <= 125
