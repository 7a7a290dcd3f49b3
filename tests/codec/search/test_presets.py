"""Search effort as one number."""

import itertools

import pytest

from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.errors import SearchError
from gan_audio_compression.codec.search.presets import (
    EFFORTS,
    STRATEGIES,
    search_config,
)
from gan_audio_compression.codec.search.strategies import STRATEGIES as IMPLEMENTED
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.sequence.model import SequenceModel


def test_each_strategy_is_one_there_is() -> None:
    assert set(STRATEGIES) == IMPLEMENTED.keys()


@pytest.mark.parametrize("model", [SegmentModel, SequenceModel])
def test_what_a_model_takes_by_itself_is_there(
    model: type[SegmentModel] | type[SequenceModel],
) -> None:
    assert model.strategy in STRATEGIES


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("effort", EFFORTS)
def test_the_objective_is_the_codecs_own(strategy: str, effort: int) -> None:
    assert search_config(strategy, effort).objective is None


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_effort_is_the_encoder_alone(strategy: str) -> None:
    assert search_config(strategy, 0) == SearchConfig("encoder_only")


@pytest.mark.parametrize("strategy", ["back_propagation", "admm"])
def test_each_effort_is_about_twice_the_one_before(strategy: str) -> None:
    iterations = [search_config(strategy, effort).iterations for effort in EFFORTS]
    assert iterations[5] == 60
    assert iterations[9] == 600
    for fewer, more in itertools.pairwise(iterations[1:]):
        assert 1.7 <= more / fewer <= 2.0


def test_refinement_stands_in_for_a_short_annealing() -> None:
    strategies = [search_config("annealing", effort).strategy for effort in EFFORTS]
    assert strategies == ["encoder_only"] + 2 * ["refinement"] + 7 * ["annealing"]


@pytest.mark.parametrize("effort", EFFORTS[1:])
def test_no_iteration_of_admm_is_after_the_last_dual_update(effort: int) -> None:
    config = search_config("admm", effort)
    assert config.strategy == "admm"
    assert config.iterations % config.inner_steps == 0


@pytest.mark.parametrize("effort", EFFORTS)
def test_the_encoder_alone_has_no_effort(effort: int) -> None:
    assert search_config("encoder_only", effort) == SearchConfig("encoder_only")


@pytest.mark.parametrize("effort", [-1, 10])
def test_other_efforts_are_refused(effort: int) -> None:
    with pytest.raises(SearchError, match=f"no search effort {effort}; give 0 to 9"):
        search_config("admm", effort)


@pytest.mark.parametrize("effort", [0, 5])
def test_other_strategies_are_refused(effort: int) -> None:
    with pytest.raises(SearchError, match="'adm'; give one of encoder_only, back_propagation, adm"):
        search_config("adm", effort)
