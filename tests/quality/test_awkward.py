"""Speech beside what disturbs it sounds as good as the same speech alone."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from gan_audio_compression.codec.codec import Codec
from gan_audio_compression.evaluation.awkward import Awkward, awkward_recordings
from gan_audio_compression.evaluation.pesq_measures import WideBandPesq
from gan_audio_compression.signal.level import active_level_db

CORPUS = Path(__file__).resolve().parents[2] / "data" / "01_raw" / "demo_corpus"
RATE = 16_000
# One utterance strays by so much where its level or its neighbours differ.
STRAYS_WB = 0.35

Wave = NDArray[np.float32]
CLEAN = ("pop_1", "beep_2", "shout_3", "far_2", "rumble_1", "rumble_2", "rumble_3")


@pytest.fixture(scope="module")
def recordings() -> dict[str, Awkward]:
    paths = sorted(CORPUS.glob("TEST/*/*/S*.WAV"))
    speech = [soundfile.read(path, dtype="float32")[0] for path in paths]
    longest = [wave for wave in speech if len(wave) > 3 * RATE]
    return {one.name: one for one in awkward_recordings(longest, seed=0)}


@pytest.fixture(scope="module")
def decoded() -> Callable[[Wave], Wave]:
    codec = Codec.load()
    return lambda wave: codec.decode(codec.encode(wave, RATE, effort=0))[0]


def wide_band(reference: Wave, decoded: Wave) -> float:
    return WideBandPesq().score(reference, decoded)["pesq_wb"]


@pytest.mark.parametrize("name", CLEAN)
def test_speech_keeps_its_quality_and_its_level(
    recordings: dict[str, Awkward], decoded: Callable[[Wave], Wave], name: str
) -> None:
    awkward = recordings[name]
    heard = decoded(awkward.samples)
    assert heard.shape == awkward.samples.shape
    for start, end in awkward.parts:
        speech, part = awkward.reference[start:end], heard[start:end]
        assert wide_band(speech, part) > wide_band(speech, decoded(speech)) - STRAYS_WB
        assert active_level_db(part) == pytest.approx(active_level_db(speech), abs=1.5)


@pytest.mark.parametrize("name", ["pop_1", "beep_2"])
def test_the_loud_moment_is_not_lost(
    recordings: dict[str, Awkward], decoded: Callable[[Wave], Wave], name: str
) -> None:
    awkward = recordings[name]
    loud = slice(0, RATE // 20)
    before, after = (np.square(wave[loud]).mean() for wave in _both(awkward, decoded))
    assert 10 * np.log10(after / before) == pytest.approx(0.0, abs=3.0)


def _both(awkward: Awkward, decoded: Callable[[Wave], Wave]) -> tuple[Wave, Wave]:
    return awkward.samples, decoded(awkward.samples)


def test_there_are_thirty_recordings_and_a_seed_makes_them_again(
    recordings: dict[str, Awkward],
) -> None:
    assert len(recordings) == 30
    assert all(np.isfinite(one.samples).all() for one in recordings.values())
    assert all(np.abs(one.samples).max() <= 1.0 for one in recordings.values())
