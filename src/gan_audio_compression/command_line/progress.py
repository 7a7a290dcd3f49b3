"""A progress bar on standard error, and lines that do not tear it apart.

Nothing is imported for it where it is not shown: tqdm takes a tenth of a short command's time.
"""

import sys
from collections.abc import Iterable
from typing import TypeVar

Item = TypeVar("Item")


def progress(items: Iterable[Item], total: int, unit: str, hidden: bool) -> Iterable[Item]:
    """Return `items`, with a bar while they come unless `hidden` or no terminal sees it."""
    if hidden or not sys.stderr.isatty():
        return items
    from tqdm import tqdm

    return tqdm(items, total=total, unit=unit, leave=False)


def write_line(line: str) -> None:
    """Write a line to standard error."""
    if "tqdm" in sys.modules:
        from tqdm import tqdm

        tqdm.write(line, file=sys.stderr)
    else:
        sys.stderr.write(f"{line}\n")
