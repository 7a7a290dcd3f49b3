"""The weights of neural codecs that a user has: which they are."""

import hashlib
from functools import cache
from pathlib import Path


@cache
def digest_of(paths: tuple[Path, ...]) -> str:
    """Return SHA-256 (hex) over files one after another, which are read once a run."""
    state = hashlib.sha256()
    for path in paths:
        state.update(path.read_bytes())
    return state.hexdigest()
