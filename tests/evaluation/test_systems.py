"""A system knows its curve, its mode and its place in the paper, and nonsense is refused."""

import pytest
from pydantic import TypeAdapter, ValidationError

from gan_audio_compression.evaluation.systems import System, UnknownSystemError, check_known


def test_a_member_of_a_family_is_named_by_its_mode() -> None:
    system = System("opus_9k", "Opus 9k", 9.0, paper="Opus", family="Opus")
    assert (system.curve, system.mode) == ("Opus", "9k")
    assert system.paper_result is not None
    assert system.paper_result.pesq_raw == 3.47


def test_a_system_without_family_is_a_curve_of_its_own() -> None:
    system = System("amr_nb", "AMR-NB 6.7")
    assert system.curve == system.mode == "AMR-NB 6.7"
    assert system.paper_result is None


def test_a_family_of_the_same_name_leaves_the_name() -> None:
    assert System("opus", "Opus", family="Opus").mode == "Opus"


def test_a_method_that_the_paper_lacks_is_named() -> None:
    with pytest.raises(ValueError, match="Vorbis"):
        System("vorbis", "Vorbis", paper="Vorbis")


@pytest.mark.parametrize("rate", [0.0, -2.0, float("nan"), float("inf")])
def test_a_rate_is_positive(rate: float) -> None:
    with pytest.raises(ValueError, match="nominal_kbit_s"):
        System("x", "X", rate)


def test_unknown_settings_are_refused() -> None:
    adapter = TypeAdapter(System)
    assert adapter.validate_python({"key": "x", "label": "X"}) == System("x", "X")
    with pytest.raises(ValidationError, match="colour"):
        adapter.validate_python({"key": "x", "label": "X", "colour": "red"})


def test_scores_of_a_system_that_is_not_listed_are_an_error() -> None:
    check_known(["a", "b", "a"], ["a", "b", "c"])
    with pytest.raises(UnknownSystemError, match=r"d, e.*list of systems"):
        check_known(["a", "e", "d"], ["a"])
