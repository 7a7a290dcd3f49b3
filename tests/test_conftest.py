"""Testing a folder needs what that folder needs, and no more."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# A plugin of pytest that makes some libraries seem not to be installed.
ABSENT = """
import os, sys
from importlib.machinery import PathFinder

ABSENT = set(os.environ["ABSENT"].split(","))

class Finder(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in ABSENT else super().find_spec(name, path, target)

sys.meta_path = [Finder if finder is PathFinder else finder for finder in sys.meta_path]
"""


def without(libraries: set[str], folder: Path, *arguments: str) -> str:
    """What pytest says where these libraries are not installed."""
    (folder / "absent.py").write_text(ABSENT)
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "absent",
            "-p",
            "no:cacheprovider",
            "-q",
            *arguments,
        ],
        env=os.environ | {"PYTHONPATH": str(folder), "ABSENT": ",".join(libraries)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_tables_are_tested_without_torch(tmp_path: Path) -> None:
    out = without({"torch", "pandas", "playwright"}, tmp_path, "tests/entropy/test_tables.py")
    assert "passed" in out


@pytest.mark.parametrize(
    ("folder", "absent"),
    [
        ("entropy", {"torch", "pandas", "playwright", "kedro", "soundfile"}),
        ("audio", {"torch", "pandas", "playwright", "kedro"}),
        ("networks", {"pandas", "playwright", "kedro", "constriction"}),
        ("signal", {"pandas", "playwright", "kedro", "constriction"}),
        ("codec", {"pandas", "playwright", "kedro", "matplotlib"}),
        ("training", {"pandas", "playwright", "kedro", "matplotlib"}),
        ("bench", {"playwright", "kedro", "matplotlib"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_folder_is_collected_without(tmp_path: Path, folder: str, absent: set[str]) -> None:
    out = without(absent, tmp_path, f"tests/{folder}", "--collect-only")
    assert "tests collected" in out
