"""Measures that nothing here optimises: their direction, known figures and gaps."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from numba.core.event import install_recorder
from numpy.typing import NDArray

from gan_audio_compression.component import ComponentError
from gan_audio_compression.evaluation.listeners import predicted_mos
from gan_audio_compression.evaluation.listeners.heard_once import heard_once
from gan_audio_compression.evaluation.listeners.pitch import Pitch, compiled_librosa
from gan_audio_compression.evaluation.listeners.predicted_mos import DistillMos, Dnsmos
from gan_audio_compression.evaluation.listeners.speaker import SpeakerSimilarity
from gan_audio_compression.evaluation.listeners.spoken_words import WordErrors
from gan_audio_compression.evaluation.measure import Measure, MeasureMissingError, MetricError
from gan_audio_compression.evaluation.metrics import metrics_of

RATE = 16_000
WORDS = WordErrors(f"{WordErrors.__module__}.PocketSphinx")
MEASURES: tuple[Measure, ...] = (Dnsmos(), DistillMos(), SpeakerSimilarity(), Pitch(), WORDS)
PACKAGES = ("speechmos.dnsmos", "distillmos", "resemblyzer", "librosa", "jiwer")

DEMO = Path(__file__).resolve().parents[3] / "data" / "01_raw" / "demo_corpus" / "TRAIN"

Wave = NDArray[np.float32]


def spoken(name: str) -> Wave:
    samples, _ = sf.read(DEMO / f"{name}.WAV", dtype="float32")
    return np.asarray(samples, np.float32)


def with_noise(wave: Wave, below_db: float) -> Wave:
    noise = np.random.default_rng(0).standard_normal(len(wave))
    return np.asarray(wave + noise * wave.std() * 10 ** (-below_db / 20), np.float32)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: type(measure).__name__)
def test_noise_worsens_every_figure(measure: Measure, sentence: Wave) -> None:
    before, after = (
        measure.score(sentence, wave) for wave in (sentence, with_noise(sentence, 3.0))
    )
    assert list(before) == list(measure.metrics)
    for name, metric in measure.metrics.items():
        change = after[name] - before[name]
        assert (change if metric.higher_is_better else -change) < 0, name


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: type(measure).__name__)
def test_the_same_wave_loses_nothing_at_any_level(measure: Measure, sentence: Wave) -> None:
    scores = measure.score(sentence, 0.25 * sentence)
    for name, metric in measure.metrics.items():
        if not metric.higher_is_better:
            assert scores[name] == pytest.approx(0.0, abs=0.01), name
    assert scores.get("speaker_similarity", 1.0) == pytest.approx(1.0, abs=1e-3)


def test_a_semitone_is_a_hundred_cents() -> None:
    def voice(hertz: float) -> Wave:
        phase = 2 * np.pi * hertz * np.arange(RATE) / RATE
        harmonics = [np.sin(k * phase) / k for k in range(1, 20)]
        return np.asarray(0.1 * np.sum(harmonics, axis=0), np.float32)

    scores = Pitch().score(voice(150.0), voice(150.0 * 2 ** (1 / 12)))
    assert scores["f0_error"] == pytest.approx(100.0, abs=12.0)
    assert scores["voicing_error"] < 5.0


def test_all_that_is_compiled_for_the_pitch_is_compiled_under_the_lock(sentence: Wave) -> None:
    compiled_librosa()
    with install_recorder("numba:compile") as compiled:
        Pitch().score(sentence, np.roll(sentence, 99))
    assert not compiled.buffer


def test_another_speaker_is_less_alike() -> None:
    first, same, other = (
        spoken(name) for name in ("DR7/FSCO0/SX49", "DR7/FSCO0/SX51", "DR1/MRMS0/SX3")
    )
    length = min(map(len, (first, same, other)))
    cosines = [
        SpeakerSimilarity().score(first[:length], wave[:length])["speaker_similarity"]
        for wave in (same, other)
    ]
    assert cosines[0] > 0.8
    assert cosines[1] < cosines[0] - 0.1


def test_words_are_those_that_are_heard_in_the_original(sentence: Wave) -> None:
    half = sentence.copy()
    half[len(half) // 2 :] = 1e-5
    assert 20.0 < WORDS.score(sentence, half)["word_errors"] < 90.0


@pytest.mark.parametrize("place", range(len(MEASURES)))
def test_an_absent_package_is_named(
    place: int, sentence: Wave, monkeypatch: pytest.MonkeyPatch
) -> None:
    predicted_mos._dnsmos_networks.cache_clear()
    predicted_mos._distillmos_network.cache_clear()
    compiled_librosa.cache_clear()
    monkeypatch.setitem(sys.modules, PACKAGES[place], None)
    unheard: Any = np.roll(sentence, 1 + place)
    with pytest.raises(MeasureMissingError, match=r"not installed; pip install .*\[bench\]"):
        MEASURES[place].score(unheard, unheard)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: type(measure).__name__)
def test_too_little_is_said(measure: Measure, sentence: Wave) -> None:
    with pytest.raises(MetricError, match="needs"):
        measure.score(sentence[:1600], sentence[:1600])


def test_a_recogniser_that_is_not_there_is_named(sentence: Wave) -> None:
    with pytest.raises(ComponentError, match=r"no\.such\.Recogniser"):
        WordErrors("no.such.Recogniser").score(sentence, sentence)


def test_no_two_give_one_name() -> None:
    assert len(metrics_of(MEASURES)) == 8


def test_each_wave_is_heard_once() -> None:
    heard = []

    @heard_once
    def loudest(wave: Wave, scale: float) -> float:
        heard.append(scale)
        return scale * float(np.abs(wave).max())

    wave = np.array([0.5, -1.0], np.float32)
    assert [loudest(wave, 2.0), loudest(wave.copy(), 2.0)] == [2.0, 2.0]
    assert [loudest(wave, 3.0), loudest(0.5 * wave, 2.0)] == [3.0, 1.0]
    assert heard == [2.0, 3.0, 2.0]
