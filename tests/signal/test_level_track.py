"""The level follows talkers, and neither moments nor noises."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.signal.level import active_level_db, level_code
from gan_audio_compression.signal.level_track import LevelTrack
from gan_audio_compression.signal.spec import SAMPLE_RATE

DEMO_CORPUS = Path(__file__).resolve().parents[2] / "data/01_raw/demo_corpus"


@cache
def sentences() -> list[np.ndarray]:
    paths = sorted(DEMO_CORPUS.rglob("*.WAV"))
    return [decode_audio(path.read_bytes())[0] for path in paths]


def at(level_db: float, seconds: float, talker: int = 0) -> np.ndarray:
    """Some seconds of speech of an active level."""
    speech = np.concatenate(sentences()[20 * talker :])[: round(seconds * SAMPLE_RATE)]
    return speech * np.float32(10 ** ((level_db - active_level_db(speech)) / 20))


def noise(level_db: float, seconds: float) -> np.ndarray:
    drawn = np.random.default_rng(5).standard_normal(round(seconds * SAMPLE_RATE))
    return (drawn * 10 ** (level_db / 20)).astype(np.float32)


def codes_of(parts: Sequence[np.ndarray], memory: float | None = None) -> np.ndarray:
    track = LevelTrack(memory)
    for part in parts:
        track.add(part)
    return track.codes(0, sum(map(len, parts)) // 128)


def middle(codes: np.ndarray, begin: float, end: float) -> set[int]:
    """The codes between two times in seconds, without what is near either."""
    return set(codes[round((begin + 0.3) * 125) : round((end - 0.3) * 125)].tolist())


def test_a_talker_has_one_level() -> None:
    speech = at(-31.0, 6.0)
    assert set(codes_of([speech])) == {level_code(active_level_db(speech))}


@pytest.mark.parametrize("below_db", [20.0, 30.0, 40.0])
def test_a_far_talker_has_another(below_db: float) -> None:
    codes = codes_of([at(-20.0, 5.0), at(-20.0 - below_db, 5.0, 1), at(-20.0, 5.0, 2)])
    for begin, level_db in ((0.0, -20.0), (5.0, -20.0 - below_db), (10.0, -20.0)):
        levels = middle(codes, begin, begin + 5.0)
        assert all(abs(code + 2 * level_db) <= 2 for code in levels)


@pytest.mark.parametrize("seconds", [0.02, 0.05, 0.3])
@pytest.mark.parametrize("where", ["before", "within", "behind"])
def test_a_loud_moment_decides_nothing(seconds: float, where: str) -> None:
    speech, bang = at(-42.0, 5.0), noise(-6.0, seconds)
    cut = {"before": 0, "within": len(speech) // 2, "behind": len(speech)}[where]
    codes = codes_of([speech[:cut], bang, speech[cut:]])
    assert all(abs(code - 84) <= 1 for code in np.delete(codes, slice(*near(cut, len(bang)))))


def near(start: int, samples: int) -> tuple[int, int]:
    """Frames of a sound and 0.2 s around it."""
    return max(0, start // 128 - 25), (start + samples) // 128 + 26


def test_a_pause_with_noise_keeps_the_level_of_the_talker() -> None:
    codes = codes_of([at(-26.0, 4.0), noise(-65.0, 5.0), at(-26.0, 4.0)])
    assert all(abs(code - 52) <= 1 for code in codes)


def test_loud_noise_behind_a_talker_has_its_own_level() -> None:
    codes = codes_of([at(-45.0, 5.0), noise(-12.0, 5.0)])
    assert all(abs(code - 90) <= 2 for code in middle(codes, 0.0, 5.0))
    assert all(abs(code - 24) <= 2 for code in middle(codes, 5.0, 10.0))


def test_silence_has_the_lowest_level() -> None:
    track = LevelTrack()
    track.add(np.zeros(SAMPLE_RATE, np.float32))
    assert track.silent
    assert set(track.codes(0, 126)) == {255}


def test_one_sample_has_a_level() -> None:
    assert len(codes_of([np.array([0.5], np.float32)])) == 0
    track = LevelTrack()
    track.add(np.array([0.5], np.float32))
    assert track.codes(0, 1).tolist() == [level_code(10 * np.log10(0.25 / 320))]


def test_a_track_with_a_memory_forgets_what_was_long_ago() -> None:
    loud, quiet = at(-12.0, 3.0), at(-22.0, 3.0, 1)
    track = LevelTrack(memory_seconds=3.0)
    track.add(loud)
    assert track.codes(0, 375)[-1] == pytest.approx(24, abs=1)
    track.add(quiet)
    assert all(abs(code - 44) <= 1 for code in track.codes(375, 375))
