"""The table of ratings that all statistics of MUSHRA start from."""

import pandas as pd

COLUMNS = (
    *("listener", "utterance", "condition", "label", "role", "score"),
    *("source_sha256", "trials", "position", "place", "revision", "seconds", "comment"),
)
"""A row is one score: who gave it to which utterance under which condition (key and label), and
what the condition is there for (hidden_reference, codec, codec_anchor, mid_anchor or low_anchor);
`source_sha256` of the speech that the stimulus was made from; `trials` of the whole test; position
of the trial and place of the stimulus in it, from 1; revision of the rating, seconds and comment of
the trial."""

TESTED_ROLES = ("codec", "codec_anchor")
"""Conditions that are codecs, which are compared with each other."""

WANTED_LISTENERS = 20
"""After screening; BS.1534-3 (section 4) finds about as many often enough, fewer are too few."""


def no_ratings() -> pd.DataFrame:
    """The table before anybody has listened."""
    return pd.DataFrame(columns=list(COLUMNS))


def listener_means(ratings: pd.DataFrame) -> pd.DataFrame:
    """The mean score over the utterances, one row a listener, one column a condition by its label.

    Listeners differ and are drawn one by one; a listener's scores resemble each other. So a
    listener is one observation.
    """
    means = ratings.pivot_table("score", "listener", "label", aggfunc="mean", sort=False)
    return means.astype(float)
