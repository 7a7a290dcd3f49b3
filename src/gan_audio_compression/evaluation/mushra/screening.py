"""Which listeners count: the post-screening of BS.1534-3, section 4.1.2."""

import pandas as pd

_HIGH = 90
_TOLERATED = 0.15
_HARDLY_DEGRADED = 0.25

COLUMNS = ("listener", "rated", "trials", "reference_below_90", "mid_anchor_above_90", "reason")


def screen_listeners(ratings: pd.DataFrame) -> pd.DataFrame:
    """One row for each listener, and why it does not count, if so.

    A listener is excluded who did not rate every trial (the tests need whole rows), who rates the
    hidden reference below 90 in more than 15 % of the trials, or the mid anchor above 90 in more
    than 15 %. Where more than 25 % of all listeners rate the mid anchor of an utterance above 90,
    the anchor hardly degrades it, and the utterance does not speak against anybody; such is usual
    where speech ends at 8 kHz.

    Args:
        ratings: with the columns of `ratings.COLUMNS`.

    Returns:
        With COLUMNS: rated and trials are counts, the next two are shares of the rated trials,
        reason is missing for those who count.
    """
    above = ratings[(ratings["role"] == "mid_anchor") & (ratings["score"] > _HIGH)]
    panel = ratings.groupby("utterance")["listener"].nunique()
    share_above = above.groupby("utterance")["listener"].nunique() / panel
    degraded = share_above.index[~(share_above > _HARDLY_DEGRADED)]
    rows = [
        _listener_row(listener, scores, degraded)
        for listener, scores in ratings.groupby("listener", sort=True)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def kept_ratings(ratings: pd.DataFrame, screening: pd.DataFrame) -> pd.DataFrame:
    """The ratings of the listeners who count."""
    kept = screening.loc[screening["reason"].isna(), "listener"]
    return ratings[ratings["listener"].isin(kept)].reset_index(drop=True)


def _listener_row(listener: object, scores: pd.DataFrame, degraded: pd.Index) -> dict[str, object]:
    rated, trials = scores["utterance"].nunique(), int(scores["trials"].iloc[0])
    reference = scores[scores["role"] == "hidden_reference"]
    mid = scores[(scores["role"] == "mid_anchor") & scores["utterance"].isin(degraded)]
    below = float((reference["score"] < _HIGH).sum()) / rated
    above = float((mid["score"] > _HIGH).sum()) / rated
    reasons = []
    if rated != trials:
        reasons.append(f"rated {rated} of {trials} trials")
    if below > _TOLERATED:
        reasons.append(f"the hidden reference below {_HIGH} in {below:.0%} of the trials")
    if above > _TOLERATED:
        reasons.append(f"the mid anchor above {_HIGH} in {above:.0%} of the trials")
    return {
        "listener": listener,
        "rated": rated,
        "trials": trials,
        "reference_below_90": below,
        "mid_anchor_above_90": above,
        "reason": "; ".join(reasons) or None,
    }
