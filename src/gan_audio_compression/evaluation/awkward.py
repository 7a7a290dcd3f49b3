"""Awkward recordings, made from clean speech by rule: what people record, and codecs stumble on.

Levels are in dB re full scale, those of speech active levels; all is at 16 kHz.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from gan_audio_compression.signal.level import active_level_db
from gan_audio_compression.signal.spec import SAMPLE_RATE

Wave = NDArray[np.float32]

_QUIET_DB, _USUAL_DB = -42.0, -26.0
_GAP = SAMPLE_RATE // 2
_MU = 255.0


@dataclass(frozen=True, eq=False)
class Awkward:
    """A recording, and what to hear in it.

    Attributes:
        samples: [n], what a codec gets.
        reference: [n], what a decoded recording is compared with: itself, or the speech alone
            where what disturbs it is not heard.
        parts: begin and end of each stretch of speech that is scored.
        clean: whether the parts are clean speech, as it might be coded alone.
        name: of the recording, such as "pop_1".
    """

    samples: Wave
    reference: Wave
    parts: Sequence[tuple[int, int]]
    clean: bool
    name: str = ""


def awkward_recordings(speech: Sequence[Wave], seed: int) -> Iterator[Awkward]:
    """Yield 30 recordings of eleven kinds, each from two of the utterances `speech`, [n] each."""
    for kind, (make, variants) in _KINDS.items():
        for number, variant in enumerate(variants, 1):
            rng = np.random.default_rng([seed, number, *kind.encode()])
            first, second = (speech[i] for i in rng.choice(len(speech), 2, replace=False))
            yield replace(make(rng, first, second, **variant), name=f"{kind}_{number}")


def _pop(rng: np.random.Generator, first: Wave, second: Wave, before: float) -> Awkward:
    """A bump of the microphone, 50 ms long, `before` the quiet speech that follows."""
    size = SAMPLE_RATE // 20
    noise = rng.standard_normal(size) * np.exp(-5 * np.arange(size) / size)
    burst = _with_peak(np.convolve(noise, np.ones(8), "same"), -3.0)
    return _followed(burst, round(before * SAMPLE_RATE), _at(first, _QUIET_DB))


def _beep(rng: np.random.Generator, first: Wave, second: Wave, hertz: float) -> Awkward:
    """A signal tone of 0.3 s before quiet speech, as of a voice mail."""
    tone = _with_peak(_tone(hertz, 3 * SAMPLE_RATE // 10), -6.0)
    return _followed(tone, SAMPLE_RATE // 5, _at(first, _QUIET_DB))


def _shout(rng: np.random.Generator, first: Wave, second: Wave, level_db: float) -> Awkward:
    """A loud second of speech before speech that is quiet."""
    shout = _at(first[: len(first) // 2], level_db)[-SAMPLE_RATE:]
    return _followed(shout.clip(-1, 1), _GAP, _at(second, -40.0))


def _far(rng: np.random.Generator, first: Wave, second: Wave, below: float) -> Awkward:
    """A near talker, and one who is so many dB below."""
    near, far = _at(first, -20.0), _at(second, -20.0 - below)
    samples, parts = _joined(near, _GAP, far)
    return Awkward(samples, samples, parts, clean=True)


def _rumble(
    rng: np.random.Generator, first: Wave, second: Wave, hertz: float, above: float
) -> Awkward:
    """Speech with a tone below hearing that is so many dB stronger."""
    quiet = _at(first, -40.0)
    samples = quiet + _with_power(_tone(hertz, len(quiet)), -40.0 + above)
    return Awkward(samples, quiet, [(0, len(quiet))], clean=True)


def _hum(rng: np.random.Generator, first: Wave, second: Wave, above: float) -> Awkward:
    """Speech with mains hum and its harmonics, so many dB stronger."""
    speech = _at(first, _USUAL_DB)
    hum = sum(_tone(50.0 * n, len(speech)) / n for n in range(1, 9))
    return _whole(speech + _with_power(np.asarray(hum), _USUAL_DB + above))


def _step(rng: np.random.Generator, first: Wave, second: Wave, offset: float) -> Awkward:
    """Speech whose offset jumps in the midst of it."""
    speech = _at(first, -32.0)
    steps = np.where(np.arange(len(speech)) < len(speech) // 2, 0.0, offset)
    samples = (speech + steps).astype(np.float32)
    return Awkward(samples, speech, [(0, len(speech))], clean=True)


def _clipped(rng: np.random.Generator, first: Wave, second: Wave, over_db: float) -> Awkward:
    """Speech whose peaks are cut off, so many dB below the highest."""
    speech = _with_peak(first, over_db)
    return _whole(speech.clip(-1, 1) / np.float32(2))


def _telephone(rng: np.random.Generator, first: Wave, second: Wave, low: float) -> Awkward:
    """Speech through a telephone line: `low` to 3400 Hz, mu-law of 8 bits (ITU-T G.711)."""
    band = signal.butter(6, [low, 3400.0], "bandpass", fs=SAMPLE_RATE, output="sos")
    narrow = _at(signal.sosfilt(band, first).astype(np.float32), _USUAL_DB)
    compressed = np.sign(narrow) * np.log1p(_MU * np.abs(narrow)) / np.log1p(_MU)
    levels = np.round(compressed * 127) / 127
    return _whole(np.sign(levels) * np.expm1(np.abs(levels) * np.log1p(_MU)) / _MU)


def _room(rng: np.random.Generator, first: Wave, second: Wave, decay: float) -> Awkward:
    """Speech in a room whose sound decays by 60 dB in `decay` seconds; as much echo as speech."""
    size = round(decay * SAMPLE_RATE)
    tail = rng.standard_normal(size) * 10 ** (-3 * np.arange(size) / size)
    tail[: SAMPLE_RATE // 200] = 0.0
    response = np.concatenate([[1.0], tail / np.sqrt(np.square(tail).sum())])
    return _whole(_at(signal.fftconvolve(first, response)[: len(first)], _USUAL_DB))


def _music(rng: np.random.Generator, first: Wave, second: Wave, below: float) -> Awkward:
    """Speech with music behind that is so many dB weaker: four chords a second of plucked notes."""
    speech = _at(first, _USUAL_DB)
    music = np.zeros(len(speech) + SAMPLE_RATE)
    envelope = np.exp(-3 * np.arange(SAMPLE_RATE) / SAMPLE_RATE)
    for start in range(0, len(speech), SAMPLE_RATE // 4):
        for note in rng.choice([0, 2, 4, 5, 7, 9, 11, 12], 3, replace=False):
            pitch = 220.0 * 2 ** (note / 12)
            tones = sum(_tone(n * pitch, SAMPLE_RATE) / n for n in range(1, 6))
            music[start : start + SAMPLE_RATE] += tones * envelope
    return _whole(speech + _with_power(music[: len(speech)], _USUAL_DB - below))


_KINDS: Mapping[str, tuple[Callable[..., Awkward], Sequence[Mapping[str, Any]]]] = {
    "pop": (_pop, [{"before": 0.1}, {"before": 1.0}, {"before": 20.0}]),
    "beep": (_beep, [{"hertz": 440.0}, {"hertz": 1000.0}, {"hertz": 2600.0}]),
    "shout": (_shout, [{"level_db": -20.0}, {"level_db": -14.0}, {"level_db": -8.0}]),
    "far": (_far, [{"below": 20.0}, {"below": 30.0}, {"below": 40.0}]),
    "rumble": (
        _rumble,
        [
            {"hertz": 15.0, "above": 20.0},
            {"hertz": 20.0, "above": 31.0},
            {"hertz": 30.0, "above": 20.0},
        ],
    ),
    "hum": (_hum, [{"above": -10.0}, {"above": 0.0}, {"above": 6.0}]),
    "step": (_step, [{"offset": 0.1}, {"offset": -0.3}]),
    "clipped": (_clipped, [{"over_db": 6.0}, {"over_db": 12.0}]),
    "telephone": (_telephone, [{"low": 100.0}, {"low": 300.0}]),
    "room": (_room, [{"decay": 0.3}, {"decay": 0.5}, {"decay": 0.8}]),
    "music": (_music, [{"below": 20.0}, {"below": 14.0}, {"below": 8.0}]),
}


def _followed(noise: NDArray[np.floating], gap: int, speech: Wave) -> Awkward:
    samples, parts = _joined(noise, gap, speech)
    return Awkward(samples, samples, parts[1:], clean=True)


def _joined(
    first: NDArray[np.floating], gap: int, second: NDArray[np.floating]
) -> tuple[Wave, list[tuple[int, int]]]:
    samples = np.concatenate([first, np.zeros(gap), second]).astype(np.float32)
    return samples, [(0, len(first)), (len(first) + gap, len(samples))]


def _whole(samples: NDArray[np.floating]) -> Awkward:
    wave = samples.astype(np.float32)
    return Awkward(wave, wave, [(0, len(wave))], clean=False)


def _tone(hertz: float, samples: int) -> NDArray[np.float64]:
    wave: NDArray[np.float64] = np.sin(2 * np.pi * hertz * np.arange(samples) / SAMPLE_RATE)
    return wave


def _at(wave: NDArray[np.floating], level_db: float) -> Wave:
    """Bring speech to an active level."""
    gain = 10 ** ((level_db - active_level_db(wave.astype(np.float32))) / 20)
    return (wave * gain).astype(np.float32)


def _with_power(wave: NDArray[np.floating], level_db: float) -> Wave:
    gain = 10 ** (level_db / 20) / float(np.sqrt(np.square(wave).mean()))
    return (wave * gain).astype(np.float32)


def _with_peak(wave: NDArray[np.floating], level_db: float) -> Wave:
    gain = 10 ** (level_db / 20) / float(np.abs(wave).max())
    return (wave * gain).astype(np.float32)
