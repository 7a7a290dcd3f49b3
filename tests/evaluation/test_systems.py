"""A system knows its curve, its mode and its place in the paper, and nonsense is refused."""

import pytest
from pydantic import TypeAdapter, ValidationError

from gan_audio_compression.evaluation.systems import (
    CEILINGS,
    System,
    UnknownSystemError,
    check_known,
    labels_of,
)


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


def test_labels_are_by_key_in_their_order() -> None:
    systems = (System("b", "Second"), System("a", "First"))
    assert list(labels_of(systems).items()) == [("b", "Second"), ("a", "First")]


def test_what_no_codec_made_has_no_rate_and_the_original_stands_for_the_papers() -> None:
    assert [system.key for system in CEILINGS] == ["original", "narrow_band", "no_codec"]
    assert all(system.nominal_kbit_s is None for system in CEILINGS)
    papers = [system.paper_result for system in CEILINGS]
    assert [paper and paper.pesq_raw for paper in papers] == [4.5, None, None]
