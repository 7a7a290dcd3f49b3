"""A measure of somebody else beside the project's own, and what is said where it is absent."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.component import open_component
from gan_audio_compression.evaluation.intelligibility import Stoi
from gan_audio_compression.evaluation.measure import (
    MeasureMissingError,
    Metric,
    Scores,
    Wave,
    package_version,
)
from gan_audio_compression.evaluation.mel_distance import LogMelDistance
from gan_audio_compression.evaluation.metrics import (
    OWN_MEASURES,
    MetricNameError,
    metrics_of,
    score_utterance,
)
from gan_audio_compression.evaluation.pesq_measures import NarrowBandPesq
from gan_audio_compression.evaluation.visqol_measure import Visqol


@dataclass(frozen=True)
class Loudest:
    """A measure of somebody else: the loudest sample that is decoded, in percent of a scale."""

    name: str = "loudest"
    scale: float = 1.0

    @property
    def metrics(self) -> Mapping[str, Metric]:
        return {self.name: Metric("Loudest (%)")}

    @property
    def version(self) -> str:
        return ""

    def score(self, reference: Wave, decoded: Wave) -> Scores:
        return {self.name: 100 * float(np.abs(decoded).max()) / self.scale}


class NotInstalled(Loudest):
    """One whose library is not installed."""

    def score(self, reference: Wave, decoded: Wave) -> Scores:
        raise MeasureMissingError("The package loudest is not installed; pip install loudest.")


@pytest.fixture(scope="module")
def wave() -> NDArray[np.float32]:
    """Two seconds of noise, four syllables a second, with a peak of 1."""
    noise = np.random.default_rng(0).standard_normal(32_000)
    noise *= np.abs(np.sin(np.pi * np.arange(32_000) / 4000))
    wave: NDArray[np.float32] = (noise / np.abs(noise).max()).astype(np.float32)
    return wave


def test_another_measure_is_a_column_beside_those_before_it(wave: NDArray[np.float32]) -> None:
    scores = score_utterance(wave, 0.5 * wave, [Stoi(), Loudest(scale=2.0)])
    assert list(scores) == ["stoi", "loudest", "reason"]
    assert scores["loudest"] == pytest.approx(25.0)
    assert scores["stoi"] == pytest.approx(1.0, abs=1e-6)


def test_a_measure_that_is_not_installed_is_a_gap_that_says_what_to_install(
    wave: NDArray[np.float32],
) -> None:
    scores = score_utterance(wave, wave, [NotInstalled("absent"), Stoi(), Loudest()])
    assert math.isnan(scores["absent"])  # type: ignore[arg-type]
    assert (scores["stoi"], scores["loudest"]) == pytest.approx((1.0, 100.0))
    assert scores["reason"] == "The package loudest is not installed; pip install loudest."


def test_two_measures_may_not_give_one_name(wave: NDArray[np.float32]) -> None:
    with pytest.raises(MetricNameError, match="Two measures give loudest;"):
        metrics_of([Stoi(), Loudest(), Loudest(scale=2.0)])
    with pytest.raises(MetricNameError, match="stoi"):
        score_utterance(wave, wave, [Stoi(), Stoi()])


def test_each_own_measure_gives_what_it_says(wave: NDArray[np.float32]) -> None:
    for measure in OWN_MEASURES:
        assert list(measure.score(wave, wave)) == list(measure.metrics)


def test_own_measures_open_from_an_entry_of_configuration() -> None:
    path = "gan_audio_compression.evaluation"
    entries: list[dict[str, Any]] = [
        {"type": f"{path}.pesq_measures.NarrowBandPesq"},
        {"type": f"{path}.pesq_measures.WideBandPesq"},
        {"type": f"{path}.intelligibility.Stoi"},
        {"type": f"{path}.intelligibility.Stoi", "extended": True},
        {"type": f"{path}.visqol_measure.Visqol"},
        {"type": f"{path}.mel_distance.LogMelDistance"},
    ]
    assert tuple(open_component(entry) for entry in entries) == OWN_MEASURES


def test_the_version_is_that_of_the_library() -> None:
    assert re.fullmatch(r"pesq \d+\.\S+", NarrowBandPesq().version)
    assert re.fullmatch(r"pystoi \d+\.\S+", Stoi().version)
    assert re.fullmatch(r"visqol-python \d+\.\S+", Visqol().version)
    assert LogMelDistance().version == ""
    assert package_version("no-such-package-of-anybody") == ""
