"""Virtual environments that have only some of the packages of this one."""

import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement


def make_environment(folder: Path, requirements: Iterable[str]) -> Path:
    """Make an environment with some packages and what they require; return its Python.

    Nothing is downloaded: the packages are those of this environment.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    here = Path(sysconfig.get_paths()["purelib"])
    for package in _with_dependencies(requirements):
        for top in {file.parts[0] for file in package.files or []} - {"..", "__pycache__"}:
            if not (site / top).is_symlink():
                (site / top).symlink_to(here / top)
    return folder / "bin" / "python"


def _with_dependencies(requirements: Iterable[str]) -> list[Distribution]:
    waiting = [Requirement(requirement).name for requirement in requirements]
    found: dict[str, Distribution] = {}
    while waiting:
        package = distribution(waiting.pop())
        if package.name in found:
            continue
        found[package.name] = package
        needed = (Requirement(requirement) for requirement in package.requires or [])
        waiting += [
            need.name
            for need in needed
            if need.marker is None or need.marker.evaluate({"extra": ""})
        ]
    return list(found.values())
