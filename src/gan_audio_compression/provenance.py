"""Where results come from: the commit of the source and the corpus."""

import hashlib
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def corpus_digest(manifest: "pd.DataFrame") -> str:
    """SHA-256 of the lines `<id> <sha256>` of all utterances, sorted by id, as hexadecimal."""
    utterances = sorted(zip(manifest["id"], manifest["sha256"], strict=True))
    lines = "".join(f"{uid} {sha256}\n" for uid, sha256 in utterances)
    return hashlib.sha256(lines.encode()).hexdigest()


def source_tags(folder: Path) -> dict[str, str]:
    """The commit of a work tree, and `true` or `false` for changes that are not committed.

    Both are `unknown` without git, a repository, or a first commit.
    """
    commit = _git(folder, "rev-parse", "HEAD")
    changes = _git(folder, "status", "--porcelain")
    if commit is None or changes is None:
        return {"git_commit": "unknown", "git_dirty": "unknown"}
    return {"git_commit": commit, "git_dirty": str(bool(changes)).lower()}


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        answer = subprocess.run(
            ["git", *arguments], cwd=folder, capture_output=True, check=True, text=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()
