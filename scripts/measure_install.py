"""Measure what an install brings: packages and megabytes of the codec and of each extra.

Run it as `python scripts/measure_install.py` where all extras are installed: it follows what the
packages of this environment say that they need, and weighs their files. An extra is counted with
the codec itself.
"""

import logging
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import gan_audio_compression

PACKAGE = "gan-audio-compression"
OF_PYTORCH = ("torch", "triton", "nvidia", "cuda")

logger = logging.getLogger("measure_install")

Extras = frozenset[str]


def add_needed(name: str, extras: Extras, found: dict[str, Extras]) -> None:
    """Add a package and all that it needs with its `extras` to those that were `found`.

    Raises:
        PackageNotFoundError: one of them is not installed.
    """
    name = canonicalize_name(name)
    if name in found and extras <= found[name]:
        return
    found[name] = extras | found.get(name, frozenset())
    for requirement in map(Requirement, distribution(name).requires or ()):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            add_needed(requirement.name, frozenset(requirement.extras), found)


def megabytes(name: str) -> float:
    """Return the size of a package's files, but for what Python compiles of them."""
    if name == PACKAGE:
        # Its files are elsewhere where it was installed to be edited.
        paths = list(Path(gan_audio_compression.__file__).parent.rglob("*"))
    else:
        package = distribution(name)
        paths = [Path(str(package.locate_file(file))) for file in package.files or ()]
    sizes = (path.stat().st_size for path in paths if path.is_file() and path.suffix != ".pyc")
    return sum(sizes) / 1e6


def main() -> None:
    """Log a row of a Markdown table for the codec and for each extra."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logger.info("| extra | packages | MB | of it PyTorch and what it runs on a GPU with |")
    extras = distribution(PACKAGE).metadata.get_all("Provides-Extra") or []
    for extra in ("", *extras):
        found: dict[str, Extras] = {}
        add_needed(PACKAGE, frozenset({extra} - {""}), found)
        sizes = {name: megabytes(name) for name in found}
        of_torch = sum(sizes[name] for name in found if name.startswith(OF_PYTORCH))
        figures = (len(found), sum(sizes.values()), of_torch)
        logger.info("| %s | %d | %.0f | %.0f |", extra or "-", *figures)


if __name__ == "__main__":
    main()
