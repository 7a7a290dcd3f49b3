"""Which listeners count: the post-screening of BS.1534-3, section 4.1.2."""

from typing import Literal

import pandas as pd

_HIGH = 90
_TOLERATED = 0.15

ScreeningAnchor = Literal["mid_anchor", "low_anchor"]

COLUMNS = (
    *("listener", "rated", "trials", "reference_below_90"),
    *("mid_anchor_above_90", "low_anchor_above_90", "reason"),
)


def screen_listeners(ratings: pd.DataFrame, anchor: ScreeningAnchor) -> pd.DataFrame:
    """One row for each listener, and why it does not count, if so.

    A listener is excluded who did not rate every trial (the tests need whole rows), who rates the
    hidden reference below 90 in more than 15 % of the trials, or an anchor above 90 in more than
    15 %.

    Args:
        ratings: with the columns of `ratings.COLUMNS`.
        anchor: the one of the third rule. The standard names the mid anchor, a 7 kHz low-pass,
            which hardly differs from speech that ends at 8 kHz: there the low anchor shows who
            does not listen.

    Returns:
        With COLUMNS: rated and trials are counts, the next three are shares of the rated trials
        (NaN where the test lacks the anchor), reason is missing for those who count.
    """
    rows = [
        _listener_row(listener, scores, anchor)
        for listener, scores in ratings.groupby("listener", sort=True)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def kept_ratings(ratings: pd.DataFrame, screening: pd.DataFrame) -> pd.DataFrame:
    """The ratings of the listeners who count."""
    kept = screening.loc[screening["reason"].isna(), "listener"]
    return ratings[ratings["listener"].isin(kept)].reset_index(drop=True)


def _listener_row(
    listener: object, scores: pd.DataFrame, anchor: ScreeningAnchor
) -> dict[str, object]:
    by_role = {role: of["score"].astype(float) for role, of in scores.groupby("role")}
    none = pd.Series(dtype=float)
    row = {
        "listener": listener,
        "rated": scores["utterance"].nunique(),
        "trials": int(scores["trials"].iloc[0]),
        "reference_below_90": _share(by_role.get("hidden_reference", none) < _HIGH),
        "mid_anchor_above_90": _share(by_role.get("mid_anchor", none) > _HIGH),
        "low_anchor_above_90": _share(by_role.get("low_anchor", none) > _HIGH),
    }
    return row | {"reason": _reason(row, anchor)}


def _share(cases: pd.Series) -> float:
    return float(cases.mean()) if len(cases) else float("nan")


def _reason(row: dict[str, object], anchor: ScreeningAnchor) -> str | None:
    reference, above = row["reference_below_90"], row[f"{anchor}_above_90"]
    assert isinstance(reference, float) and isinstance(above, float)
    reasons = []
    if row["rated"] != row["trials"]:
        reasons.append(f"rated {row['rated']} of {row['trials']} trials")
    if reference > _TOLERATED:
        reasons.append(f"the hidden reference below {_HIGH} in {reference:.0%} of the trials")
    if above > _TOLERATED:
        name = anchor.replace("_", " ")
        reasons.append(f"the {name} above {_HIGH} in {above:.0%} of the trials")
    return "; ".join(reasons) or None
