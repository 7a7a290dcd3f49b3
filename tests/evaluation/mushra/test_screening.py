"""Who counts by the rules of BS.1534-3, and what is said of the others."""

from collections.abc import Callable

import pandas as pd
import pytest

from gan_audio_compression.evaluation.mushra.ratings import no_ratings
from gan_audio_compression.evaluation.mushra.screening import kept_ratings, screen_listeners

MakeRatings = Callable[..., pd.DataFrame]


def reasons(ratings: pd.DataFrame) -> dict[str, str | None]:
    screening = screen_listeners(ratings)
    texts = screening["reason"].astype(object).where(screening["reason"].notna(), None)
    return dict(zip(screening["listener"], texts, strict=True))


@pytest.mark.parametrize(("below", "counts"), [(0, True), (1, True), (2, False)])
def test_the_hidden_reference_may_be_missed_in_15_percent(
    make_ratings: MakeRatings, below: int, counts: bool
) -> None:
    """1 of 10 trials is 10 %, 2 are 20 %; 90 itself is not below."""
    scores = {"original": [89] * below + [90] * (10 - below), "opus": [50] * 10}
    reason = reasons(make_ratings({"ann": scores}))["ann"]
    assert (reason is None) == counts
    if reason:
        assert reason == "the hidden reference below 90 in 20% of the trials"


@pytest.mark.parametrize(("above", "counts"), [(0, True), (1, True), (2, False)])
def test_the_mid_anchor_may_be_missed_in_15_percent(
    make_ratings: MakeRatings, above: int, counts: bool
) -> None:
    good = {"original": [100] * 10, "mid": [90] * 10}
    missed = good | {"mid": [91] * above + [90] * (10 - above)}
    found = reasons(make_ratings({"ann": missed} | dict.fromkeys("bcd", good)))
    assert (found.pop("ann") is None) == counts
    assert set(found.values()) == {None}


def test_an_anchor_that_most_cannot_hear_speaks_against_nobody(make_ratings: MakeRatings) -> None:
    """Of four listeners one is no more than a quarter, two are."""
    hears, misses = ({"original": [100], "mid": [mid]} for mid in (60, 95))
    one = make_ratings(dict.fromkeys("abc", hears) | {"ann": misses})
    assert reasons(one)["ann"] == "the mid anchor above 90 in 100% of the trials"
    two = make_ratings(dict.fromkeys("ab", hears) | {"ann": misses, "bob": misses})
    assert set(reasons(two).values()) == {None}


def test_who_stopped_early_does_not_count(make_ratings: MakeRatings) -> None:
    ratings = make_ratings({"ann": {"original": [100, 50], "opus": [70, 60]}}, trials=5)
    assert reasons(ratings)["ann"] == (
        "rated 2 of 5 trials; the hidden reference below 90 in 50% of the trials"
    )


def test_kept_are_all_scores_of_those_who_count(make_ratings: MakeRatings) -> None:
    good = {"original": [100, 100], "opus": [70, 60]}
    ratings = make_ratings({"ann": good, "bob": good | {"original": [10, 10]}})
    kept = kept_ratings(ratings, screen_listeners(ratings))
    assert kept["listener"].tolist() == ["ann"] * 4
    assert sorted(kept["score"]) == [60, 70, 100, 100]


def test_a_test_without_the_anchor_is_screened_by_the_reference(make_ratings: MakeRatings) -> None:
    ratings = make_ratings({"ann": {"original": [100], "opus": [95]}})
    screening = screen_listeners(ratings)
    assert screening["mid_anchor_above_90"].tolist() == [0.0]
    assert screening["reason"].isna().all()


def test_nobody_is_no_error() -> None:
    screening = screen_listeners(no_ratings())
    assert screening.empty and "reason" in screening
    assert kept_ratings(no_ratings(), screening).empty
