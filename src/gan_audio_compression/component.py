"""Components that configuration names: codecs and measures of the bench, yours as well as ours.

An entry of configuration gives the dotted path of a class as its `type`, and the settings that the
class takes.
"""

import ast
import dataclasses
import hashlib
import importlib
import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from gan_audio_compression.errors import GanAudioCompressionError

_ROOT = Path(__file__).resolve().parent


class ComponentError(GanAudioCompressionError):
    """Configuration names a class that is not there, or gives it settings that it does not take."""


def open_component(entry: Mapping[str, Any], **parts: Any) -> Any:
    """Return an object of the class that an entry names.

    Args:
        entry: `type`, a dotted path, and the settings of the class. Where it is a dataclass, the
            settings are checked against its annotations.
        parts: what the class takes beside the settings, such as a model.

    Raises:
        ComponentError: there is no such class, or it does not take these settings.
    """
    found, settings = _class_and_settings(entry)
    with _named(entry):
        return found(**_checked(found, settings), **parts)


def check_component(entry: Mapping[str, Any], *parts: str) -> None:
    """Raise ComponentError unless `open_component` could open an entry, given parts of these names.

    What only the class itself can tell of its settings is not checked.
    """
    found, settings = _class_and_settings(entry)
    with _named(entry):
        inspect.signature(found).bind(**_checked(found, settings), **dict.fromkeys(parts))


def described(component: Any) -> dict[str, Any]:
    """Return what a component is: its type and, of a dataclass, the settings that JSON can hold."""
    kind = type(component)
    about: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}"}
    if dataclasses.is_dataclass(component):
        for field in dataclasses.fields(component):
            value = getattr(component, field.name)
            if dataclasses.is_dataclass(value) and not isinstance(value, type):
                about[field.name] = dataclasses.asdict(value)
            elif isinstance(value, str | int | float | bool | None):
                about[field.name] = value
    return about


@cache
def code_digest(*parts: str) -> str:
    """SHA-256 (hex) of the code of some modules and packages of this project.

    Comments, docstrings and layout do not count. What a result depends on holds this, so that a
    change of the code makes the result anew.

    Args:
        parts: modules and packages below `gan_audio_compression`, such as "signal".

    Raises:
        ValueError: there is no such module.
    """
    state = hashlib.sha256()
    for part in parts:
        for path in _files(part):
            tree = ast.parse(path.read_bytes())
            for node in ast.walk(tree):
                _drop_docstring(node)
            state.update(path.relative_to(_ROOT).as_posix().encode())
            state.update(ast.dump(tree).encode())
    return state.hexdigest()


def _class_and_settings(entry: Mapping[str, Any]) -> tuple[type, dict[str, Any]]:
    settings = dict(entry)
    path = str(settings.pop("type", ""))
    module, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name), settings
    except (AttributeError, ImportError, ValueError) as error:
        raise ComponentError(
            f"The type {path!r} cannot be imported ({error}); give the dotted path of a class."
        ) from error


@contextmanager
def _named(entry: Mapping[str, Any]) -> Iterator[None]:
    """Word what is wrong with the settings of an entry."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise ComponentError(
            f"{entry['type']} does not take these settings: {_faults(error)}; correct its entry."
        ) from error


def _checked(found: type, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as the annotations of a dataclass have them, and others as they are."""
    hints = get_type_hints(found) if dataclasses.is_dataclass(found) else {}
    return {
        name: TypeAdapter(hints[name]).validate_python(value) if name in hints else value
        for name, value in settings.items()
    }


def _files(part: str) -> Iterator[Path]:
    path = _ROOT / part.replace(".", "/")
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    if not all(file.is_file() for file in files):
        raise ValueError(f"there is no module {part} in this project")
    yield from files


def _drop_docstring(node: ast.AST) -> None:
    body = getattr(node, "body", None)
    if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
        value = body[0].value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            del body[0]


def _faults(error: Exception) -> str:
    """What is wrong, in one line."""
    if not isinstance(error, ValidationError):
        return str(error).rstrip(".")
    return ", ".join(
        f"{'.'.join(map(str, fault['loc']))} {fault['msg']}".strip() for fault in error.errors()
    )
