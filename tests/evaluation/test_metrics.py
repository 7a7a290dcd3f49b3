"""Known scores, the right order of worse and worse waves, and inputs without a score."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.evaluation.metrics import (
    METRICS,
    MetricError,
    pesq_raw_from_nb,
    score_utterance,
)

RATE = 16_000
NAMES = ["pesq_raw", "pesq_nb", "pesq_wb", "stoi", "estoi"]


def syllables(seconds: float = 2.0) -> NDArray[np.float32]:
    """Voiced sound with a gliding pitch, four syllables a second."""
    time = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(120 + 20 * np.sin(3 * np.pi * time)) / RATE
    voice = sum(np.sin(k * phase) / k for k in range(1, 40))
    return (0.1 * voice * np.sqrt(np.abs(np.sin(4 * np.pi * time)))).astype(np.float32)


def with_noise(wave: NDArray[np.float32], level: float) -> NDArray[np.float32]:
    noise = np.random.default_rng(0).standard_normal(len(wave)).astype(np.float32)
    return wave + np.float32(level) * noise


def is_missing(scores: dict[str, float | str | None], names: list[str]) -> bool:
    return all(math.isnan(scores[name]) for name in names)  # type: ignore[arg-type]


def test_identical_waves_reach_the_ceiling_of_each_scale() -> None:
    scores = score_utterance(syllables(), syllables())
    assert list(scores) == [*NAMES, "reason"]
    assert scores["pesq_raw"] == pytest.approx(4.5, abs=1e-3)
    assert scores["pesq_nb"] == pytest.approx(4.549, abs=1e-3)
    assert scores["pesq_wb"] == pytest.approx(4.644, abs=1e-3)
    assert scores["stoi"] == pytest.approx(1.0, abs=1e-6)
    assert scores["estoi"] == pytest.approx(1.0, abs=1e-6)
    assert scores["reason"] is None


def test_more_noise_lowers_every_measure() -> None:
    wave = syllables()
    ladder = [score_utterance(wave, with_noise(wave, level)) for level in (0, 0.002, 0.008, 0.03)]
    for name in NAMES:
        values = [float(scores[name]) for scores in ladder]  # type: ignore[arg-type]
        assert values == sorted(values, reverse=True)
        assert len(set(values)) == len(values)


@pytest.mark.parametrize("name", NAMES)
def test_a_single_measure_agrees_with_the_whole(name: str) -> None:
    wave = syllables()
    noisy = with_noise(wave, 0.005)
    assert METRICS[name](wave, noisy) == pytest.approx(score_utterance(wave, noisy)[name])


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
    ],
)
def test_waves_without_a_score_have_a_reason(
    reference: NDArray[np.float32], decoded: NDArray[np.float32], reason: str
) -> None:
    scores = score_utterance(reference, decoded)
    assert is_missing(scores, NAMES)
    with pytest.raises(MetricError, match=reason) as caught:
        METRICS["stoi"](reference, decoded)
    assert scores["reason"] == str(caught.value)


@pytest.mark.parametrize("seconds", [0.001, 0.01, 0.1, 0.24])
def test_what_is_too_short_for_all_has_both_reasons(seconds: float) -> None:
    wave = syllables(1)[1000 : 1000 + round(seconds * RATE)]
    scores = score_utterance(wave, wave)
    assert is_missing(scores, NAMES)
    for name in ("PESQ NB", "PESQ WB", "STOI", "ESTOI"):
        assert f"{name} needs" in str(scores["reason"])


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


def test_what_is_too_long_for_pesq_still_has_stoi() -> None:
    wave = syllables(31)
    scores = score_utterance(wave, wave)
    assert is_missing(scores, ["pesq_raw", "pesq_nb", "pesq_wb"])
    assert scores["stoi"] == pytest.approx(1.0, abs=1e-6)
    assert "0.25 to 30 s" in str(scores["reason"])


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
    assert all(score_utterance(wave, noisy) == first for _ in range(5))
    np.random.seed(1)
    assert np.random.random() == drawn
