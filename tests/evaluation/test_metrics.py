"""Known scores, the right order of worse and worse waves, and inputs without a score."""

import math
import re

import numpy as np
import pytest
from numpy.typing import NDArray
from visqol import VisqolApi

from gan_audio_compression.evaluation.measure import (
    MetricError,
    at_speech_level,
)
from gan_audio_compression.evaluation.mel_distance import LogMelDistance
from gan_audio_compression.evaluation.metrics import (
    OWN_MEASURES,
    metrics_of,
    score_utterance,
)
from gan_audio_compression.evaluation.pesq_measures import (
    NarrowBandPesq,
    WideBandPesq,
    pesq_raw_from_nb,
)
from gan_audio_compression.evaluation.visqol_measure import Visqol
from gan_audio_compression.signal.analysis import mel_filters
from gan_audio_compression.signal.level import active_level_db

RATE = 16_000
NAMES = ["pesq_raw", "pesq_nb", "pesq_wb", "stoi", "estoi", "visqol", "log_mel_distance"]


def syllables(seconds: float = 2.0) -> NDArray[np.float32]:
    """Voiced sound with a gliding pitch, four syllables a second."""
    time = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(120 + 20 * np.sin(3 * np.pi * time)) / RATE
    voice = sum(np.sin(k * phase) / k for k in range(1, 40))
    return (0.1 * voice * np.sqrt(np.abs(np.sin(4 * np.pi * time)))).astype(np.float32)


def sentence(seconds: float) -> NDArray[np.float32]:
    """Syllables of unequal strength, so that none can be taken for another."""
    wave = syllables(seconds)
    strength = np.random.default_rng(0).uniform(0.05, 1, 1 + len(wave) // 1600)
    return wave * np.repeat(strength, 1600)[: len(wave)].astype(np.float32)


def with_noise(wave: NDArray[np.float32], level: float) -> NDArray[np.float32]:
    noise = np.random.default_rng(0).standard_normal(len(wave)).astype(np.float32)
    return wave + np.float32(level) * noise


def is_missing(scores: dict[str, float | str | None], names: list[str]) -> bool:
    return all(math.isnan(scores[name]) for name in names)  # type: ignore[arg-type]


def test_identical_waves_reach_the_ceiling_of_each_scale() -> None:
    scores = score_utterance(syllables(), syllables())
    assert list(scores) == [*NAMES, "reason"]
    assert list(metrics_of(OWN_MEASURES)) == NAMES
    assert scores["pesq_raw"] == pytest.approx(4.5, abs=1e-3)
    assert scores["pesq_nb"] == pytest.approx(4.549, abs=1e-3)
    assert scores["pesq_wb"] == pytest.approx(4.644, abs=1e-3)
    assert scores["stoi"] == pytest.approx(1.0, abs=1e-6)
    assert scores["estoi"] == pytest.approx(1.0, abs=1e-6)
    assert scores["visqol"] == pytest.approx(5.0, abs=1e-6)
    assert scores["log_mel_distance"] == 0
    assert scores["reason"] is None


def test_more_noise_worsens_every_measure() -> None:
    wave = syllables()
    ladder = [score_utterance(wave, with_noise(wave, level)) for level in (0, 0.002, 0.008, 0.03)]
    for name, metric in metrics_of(OWN_MEASURES).items():
        values = [float(scores[name]) for scores in ladder]  # type: ignore[arg-type]
        assert values == sorted(values, reverse=metric.higher_is_better), name
        assert len(set(values)) == len(values)


def test_narrow_band_hears_nothing_above_4_khz_and_wide_band_does() -> None:
    wave = syllables()
    hiss = with_noise(np.zeros_like(wave), 1.0)
    spectrum = np.fft.rfft(hiss)
    spectrum[np.fft.rfftfreq(len(hiss), 1 / RATE) < 4500] = 0
    scores = score_utterance(wave, wave + 0.01 * np.fft.irfft(spectrum).astype(np.float32))
    assert scores["pesq_nb"] == pytest.approx(4.549, abs=0.05)
    assert scores["pesq_wb"] < 3.5  # type: ignore[operator]


@pytest.mark.parametrize("raw", [-0.5, 0.0, 1.0, 2.5, 3.26, 4.0, 4.4999])
def test_raw_score_inverts_the_mapping_of_p862_1(raw: float) -> None:
    mapped = 0.999 + 4 / (1 + math.exp(-1.4945 * raw + 4.6607))
    assert pesq_raw_from_nb(mapped) == pytest.approx(raw, abs=1e-9)


def test_raw_score_never_passes_its_ceiling() -> None:
    assert pesq_raw_from_nb(4.56) == 4.5


@pytest.mark.parametrize(
    ("reference", "decoded", "reason"),
    [
        (syllables(1), syllables(0.9), "one length"),
        (syllables(1)[:, None], syllables(1)[:, None], "mono"),
        (np.zeros(RATE, np.float32), syllables(1), "reference is silent"),
        (syllables(1), np.zeros(RATE, np.float32), "decoded wave is silent"),
        (syllables(1), np.full(RATE, np.nan, np.float32), "decoded wave .* not finite"),
        (np.full(RATE, np.inf, np.float32), syllables(1), "reference .* not finite"),
        (np.zeros(0, np.float32), np.zeros(0, np.float32), "silent"),
        (syllables(1), np.full(RATE, 0.3, np.float32), "decoded wave is silent"),
        (np.float64(1e200) * syllables(1), syllables(1), "reference .* not finite"),
    ],
)
def test_waves_without_a_score_have_a_reason(
    reference: NDArray[np.float32], decoded: NDArray[np.float32], reason: str
) -> None:
    scores = score_utterance(reference, decoded)
    assert is_missing(scores, NAMES)
    assert re.search(reason, str(scores["reason"]))


def test_what_is_too_short_for_all_has_all_reasons() -> None:
    wave = syllables(1)[1000:1500]
    scores = score_utterance(wave, wave)
    assert is_missing(scores, NAMES)
    for name in ("PESQ NB", "PESQ WB", "STOI", "ESTOI", "ViSQOL", "log-mel distance"):
        assert f"{name} needs" in str(scores["reason"])


@pytest.mark.parametrize("seconds", [0.04, 0.1, 0.24])
def test_a_moment_has_a_log_mel_distance_only(seconds: float) -> None:
    wave = syllables(1)[1000 : 1000 + round(seconds * RATE)]
    scores = score_utterance(wave, with_noise(wave, 0.01))
    assert is_missing(scores, NAMES[:-1])
    assert 1 < scores["log_mel_distance"] < 30  # type: ignore[operator]


@pytest.mark.parametrize(
    "wave",
    [syllables(0.38), np.concatenate([syllables(0.3), np.zeros(RATE, np.float32)])],
    ids=["short", "mostly silent"],
)
def test_what_is_too_short_for_stoi_still_has_pesq(wave: NDArray[np.float32]) -> None:
    scores = score_utterance(wave, wave)
    assert scores["pesq_wb"] == pytest.approx(4.644, abs=1e-3)
    assert scores["pesq_raw"] == pytest.approx(4.5, abs=1e-3)
    assert is_missing(scores, ["stoi", "estoi"])
    assert "STOI needs 0.4 s" in str(scores["reason"])
    assert "PESQ" not in str(scores["reason"])


def test_speech_that_would_overrun_the_tables_of_p862_is_refused() -> None:
    """60 bursts crash the reference code, and the process with it."""
    bursts = np.tile(np.pad(syllables(0.21), (0, round(0.21 * RATE))), 60)
    for measure in (NarrowBandPesq(), WideBandPesq()):
        with pytest.raises(MetricError, match=r"needs 0.25 to 20 s and the utterance has 25.20 s"):
            measure.score(bursts, bursts)


def test_speech_that_would_take_all_memory_is_refused_by_visqol() -> None:
    wave = syllables(61)
    with pytest.raises(MetricError, match="ViSQOL needs"):
        Visqol().score(wave, wave)


def test_waves_of_extreme_levels_have_scores_or_a_reason() -> None:
    wave = syllables()
    loud = score_utterance(1e6 * wave, 1e4 * with_noise(wave, 0.01))
    assert loud["reason"] is None
    assert loud["visqol"] == pytest.approx(score_utterance(wave, with_noise(wave, 0.01))["visqol"])
    weak = score_utterance(wave, 1e-8 * wave)
    assert is_missing(weak, ["visqol", "log_mel_distance"])
    assert weak["reason"] == (
        "The decoded wave is too weak for its level; leave the utterance out."
    )


def test_scores_do_not_depend_on_the_type_of_float() -> None:
    wave = syllables()
    noisy = with_noise(wave, 0.005)
    single = score_utterance(wave, noisy)
    double = score_utterance(wave.astype(np.float64), noisy.astype(np.float64))
    for name in NAMES:
        assert single[name] == pytest.approx(double[name], abs=1e-3)


def test_scores_are_the_same_to_the_last_bit_whatever_the_random_state() -> None:
    wave = syllables()
    noisy = with_noise(wave, 0.005)
    np.random.seed(1)
    first = score_utterance(wave, noisy)
    drawn = np.random.random()
    assert all(score_utterance(wave, noisy) == first for _ in range(2))
    np.random.seed(1)
    assert np.random.random() == drawn


def test_visqol_is_that_of_the_library() -> None:
    """Filtering all frames at once and searching nearby only are short cuts."""
    library = VisqolApi()
    library.create(mode="speech", use_lattice_model=False)
    wave = at_speech_level(sentence(2), "wave")
    for other in (with_noise(wave, 0.01), np.roll(wave, 300)):
        degraded = at_speech_level(other, "other wave")
        expected = library.measure_from_arrays(wave, degraded, RATE).moslqo
        assert expected > 1
        assert Visqol().score(wave, other)["visqol"] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("delay", [-1600, -240, 7, 1600])
def test_visqol_forgives_a_delay_of_up_to_100_ms(delay: int) -> None:
    wave = np.pad(sentence(2), 2000)
    assert Visqol().score(wave, np.roll(wave, delay))["visqol"] > 4.8


def test_visqol_does_not_forgive_lost_speech() -> None:
    """What is left would fit the reference with a delay of one second."""
    wave = sentence(4)
    early = np.concatenate([wave[RATE:], np.zeros(RATE, np.float32)])
    assert Visqol().score(wave, early)["visqol"] < 3.5


def test_log_mel_distance_knows_no_level_or_sign() -> None:
    wave, noisy = syllables(), with_noise(syllables(), 0.01)
    distance = LogMelDistance().score(wave, noisy)["log_mel_distance"]
    other = LogMelDistance().score(wave, np.float32(-0.03) * noisy + np.float32(0.2))
    assert other["log_mel_distance"] == pytest.approx(distance, abs=0.01)


def mel_centres() -> NDArray[np.float64]:
    """Mean frequency of each band of the log mel, in Hz."""
    filters = mel_filters().astype(np.float64)
    centres: NDArray[np.float64] = np.linspace(0, RATE / 2, len(filters)) @ filters
    centres /= filters.sum(axis=0)
    return centres


def test_log_mel_distance_of_a_filter_is_its_mean_gain() -> None:
    """y[t] = x[t] - 0.9 x[t-1] changes every band by its response; the level takes out a part."""
    wave = with_noise(np.zeros(4 * RATE, np.float32), 0.1)
    tilted = wave.copy()
    tilted[1:] -= np.float32(0.9) * wave[:-1]
    response = np.abs(1 - 0.9 * np.exp(-2j * np.pi * mel_centres() / RATE))
    gain_db = 20 * np.log10(response) - 10 * np.log10(1 + 0.9**2)
    assert LogMelDistance().score(wave, tilted)["log_mel_distance"] == pytest.approx(
        np.abs(gain_db).mean(), rel=0.03
    )


@pytest.mark.parametrize("level", [0.001, 3.0])
def test_waves_are_brought_to_the_level_of_speech(level: float) -> None:
    levelled = at_speech_level(np.float32(level) * syllables() + np.float32(level), "wave")
    assert active_level_db(levelled) == pytest.approx(-26.0, abs=0.01)
    assert levelled.mean() == pytest.approx(0.0, abs=1e-6)


def test_silence_has_no_level() -> None:
    with pytest.raises(MetricError, match="The reference is too weak"):
        at_speech_level(np.full(RATE, 0.3, np.float32), "reference")
