"""Which utterances a listening test plays."""

from collections.abc import Iterable

import numpy as np
import pandas as pd


def choose_utterances(
    utterances: pd.DataFrame, count: int, *, longest: float, seed: int
) -> list[str]:
    """Draw up to `count` utterances so that sexes and speakers take turns.

    Women, men and speakers of unknown sex come by turns as long as each has some left, within a sex
    the speakers do; which comes first, and which utterance of a speaker, is drawn.

    Args:
        utterances: id, speaker, sex (may be missing) and seconds.
        longest: in seconds; BS.1534-3 wants 12 or less.

    Returns:
        Ids in the order in which they were drawn, fewer where there are no more.
    """
    short = utterances[utterances["seconds"] <= longest].sort_values("id")
    drawn = short.iloc[np.random.default_rng(seed).permutation(len(short))]
    sexes = [
        _by_turns(speaker["id"] for _, speaker in of_sex.groupby("speaker", sort=False))
        for _, of_sex in drawn.groupby("sex", sort=False, dropna=False)
    ]
    return _by_turns(sexes)[:count]


def _by_turns(lists: Iterable[Iterable[str]]) -> list[str]:
    """The first of each list, then the second of each, and so on."""
    rows = [(turn, which, id) for which, ids in enumerate(lists) for turn, id in enumerate(ids)]
    return [id for _, _, id in sorted(rows)]
