"""What a search accepts as its parameters."""

from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from gan_audio_compression.codec.coding import Coding
from gan_audio_compression.codec.search.config import ObjectiveName, SearchConfig
from gan_audio_compression.codec.search.strategies import STRATEGIES


@pytest.mark.parametrize(
    "values",
    [
        {"mu_growth": 0.99},
        {"iterations": -1},
        {"inner_steps": 0},
        {"step": 0.0},
        {"step": -0.1},
        {"mu": 0.0},
        {"step": float("nan")},
        {"mu_growth": float("nan")},
    ],
)
def test_values_out_of_range_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="A search"):
        SearchConfig("admm", **values)
    with pytest.raises(ValidationError, match="A search"):
        coding({"strategy": "admm"} | values)


@pytest.mark.parametrize(
    ("search", "key"),
    [
        ({"strategy": "genetic"}, "search.strategy"),
        ({"strategy": "admm", "objective": "l3"}, "search.objective"),
        ({"strategy": "admm", "iteration": 5}, "search.iteration"),
        ({"strategy": "admm", "iterations": 2.5}, "search.iterations"),
        ({}, "search.strategy"),
    ],
)
def test_the_key_of_a_wrong_value_is_named(search: dict[str, Any], key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        coding(search)
    assert [".".join(map(str, error["loc"])) for error in caught.value.errors()] == [key]


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("objective", [None, *get_args(ObjectiveName)])
def test_every_strategy_and_objective_can_be_asked_for(
    strategy: str, objective: str | None
) -> None:
    search = coding({"strategy": strategy, "objective": objective}).search
    assert (search.strategy, search.objective) == (strategy, objective)


def coding(search: dict[str, Any]) -> Coding:
    return TypeAdapter(Coding).validate_python({"search": search, "coder": "arithmetic"})
