"""Classes that configuration names, and what a change of code does to what depends on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gan_audio_compression import component
from gan_audio_compression.component import (
    ComponentError,
    check_component,
    code_digest,
    described,
    open_component,
)

HERE = f"{__name__}."


@dataclass(frozen=True)
class Inner:
    width: int = 3


@dataclass(frozen=True)
class Checked:
    """A component whose settings are checked."""

    rate: int
    name: str = "x"
    inner: Inner = Inner()
    model: Any = None


class Plain:
    """A component that checks nothing."""

    def __init__(self, rate: object) -> None:
        self.rate = rate


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this file be imported by its name, as a package of a user's would be."""
    import sys

    monkeypatch.setitem(sys.modules, __name__, sys.modules[__name__])


def test_an_entry_gives_an_object_of_the_class_that_it_names() -> None:
    opened = open_component({"type": f"{HERE}Checked", "rate": 5, "inner": {"width": 7}}, model="m")
    assert opened == Checked(5, inner=Inner(7), model="m")
    assert open_component({"type": f"{HERE}Plain", "rate": "fast"}).rate == "fast"


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({}, "the dotted path of a class"),
        ({"type": "Checked"}, "the dotted path of a class"),
        ({"type": "no.such.module.Class"}, "no.such.module.Class"),
        ({"type": f"{HERE}Missing"}, "Missing"),
        ({"type": f"{HERE}Checked", "rate": "fast"}, "integer"),
        ({"type": f"{HERE}Checked", "rate": 5, "inner": {"width": "wide"}}, "width"),
        ({"type": f"{HERE}Checked", "rate": 5, "speed": 1}, "speed"),
        ({"type": f"{HERE}Checked"}, "rate"),
        ({"type": f"{HERE}Plain", "rate": 1, "speed": 1}, "speed"),
    ],
)
def test_what_cannot_be_opened_is_one_sentence(entry: dict[str, Any], fault: str) -> None:
    for use in (open_component, check_component):
        with pytest.raises(ComponentError, match=fault) as raised:
            use(entry)
        assert "\n" not in str(raised.value)


def test_an_entry_is_checked_without_its_parts() -> None:
    check_component({"type": f"{HERE}Checked", "rate": 5}, "model")
    with pytest.raises(ComponentError, match="part"):
        check_component({"type": f"{HERE}Checked", "rate": 5}, "part")


def test_a_description_has_the_type_and_the_settings_but_no_model() -> None:
    about = described(Checked(5, inner=Inner(7), model=object()))
    assert about == {"type": f"{HERE}Checked", "rate": 5, "name": "x", "inner": {"width": 7}}
    assert described(Plain(5)) == {"type": f"{HERE}Plain"}


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of two modules in place of the project's code."""
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "one.py").write_text('"""One."""\n\nX = 1\n')
    (tmp_path / "other.py").write_text("Y = 2\n")
    monkeypatch.setattr(component, "_ROOT", tmp_path)
    code_digest.cache_clear()
    yield tmp_path
    code_digest.cache_clear()


def test_a_change_of_the_code_is_another_digest(source: Path) -> None:
    before = code_digest("part", "other")
    code_digest.cache_clear()
    for path, text in [("other.py", "Y = 3\n"), ("part/one.py", "X = 2\n"), ("part/new.py", "")]:
        (source / path).write_text(text)
        changed = code_digest("part", "other")
        assert changed != before
        before = changed
        code_digest.cache_clear()


def test_words_and_layout_are_no_code(source: Path) -> None:
    before = code_digest("part")
    code_digest.cache_clear()
    (source / "part" / "one.py").write_text('"""Another word."""\n# A comment.\nX   = 1\n')
    assert code_digest("part") == before


def test_a_part_that_is_not_there_is_refused(source: Path) -> None:
    with pytest.raises(ValueError, match="no module gone"):
        code_digest("gone")


def test_the_parts_of_the_project_are_found() -> None:
    assert code_digest("signal") != code_digest("entropy")
    assert code_digest("signal.level") != code_digest("signal.spec")
