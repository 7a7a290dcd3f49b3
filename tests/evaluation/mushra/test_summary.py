"""The listening test in words, and its box plot."""

from collections.abc import Callable, Sequence

import pandas as pd
import pytest

from gan_audio_compression.evaluation.mushra.estimates import scores_by_condition
from gan_audio_compression.evaluation.mushra.figure import score_box_plot
from gan_audio_compression.evaluation.mushra.ratings import no_ratings
from gan_audio_compression.evaluation.mushra.screening import kept_ratings, screen_listeners
from gan_audio_compression.evaluation.mushra.significance import friedman_test, pairwise_tests
from gan_audio_compression.evaluation.mushra.summary import listening_summary, panel_size

MakeRatings = Callable[..., pd.DataFrame]


def summary_of(ratings: pd.DataFrame, outdated: Sequence[str] = ()) -> str:
    screening = screen_listeners(ratings)
    kept = kept_ratings(ratings, screening)
    return listening_summary(
        screening, outdated, scores_by_condition(kept), friedman_test(kept), pairwise_tests(kept)
    )


def test_names_the_excluded_and_why(make_ratings: MakeRatings) -> None:
    good = {"original": [100], "opus": [70], "amr": [60], "speex": [50]}
    ratings = make_ratings({"ann": good, "bob": good, "cat": good | {"original": [20]}})
    lines = summary_of(ratings).splitlines()
    assert "2 listeners, 20 are wanted; 3 took part." in lines
    assert "- excluded: cat, the hidden reference below 90 in 100% of the trials" in lines
    assert "| OPUS | 70.0 [70.0, 70.0] | 70.0 | 70.0, 70.0 | 2 |" in lines
    assert any(line.startswith("Friedman over 3 codecs and 2 listeners") for line in lines)
    assert sum(line.startswith("| OPUS | ") for line in lines) == 3


def test_says_that_nobody_has_listened_or_counts(make_ratings: MakeRatings) -> None:
    assert "Nobody has listened yet." in summary_of(no_ratings())
    text = summary_of(make_ratings({"ann": {"original": [20], "opus": [70]}}))
    assert "0 listeners" in text and "excluded: ann" in text
    assert "OPUS" not in text


def test_names_what_does_not_sound_as_it_was_rated(make_ratings: MakeRatings) -> None:
    ratings = make_ratings({"ann": {"original": [100], "opus": [70]}})
    text = summary_of(ratings, ["BPGAN", "Sequence 2k"])
    assert "Left out, as it does not sound as it was rated: BPGAN, Sequence 2k.\n" in text
    assert "Left out" not in summary_of(ratings)


@pytest.mark.parametrize(
    ("listeners", "text"),
    [(1, "1 listener, 20 are wanted"), (19, "19 listeners, 20 are wanted"), (20, "20 listeners")],
)
def test_too_few_listeners_are_said(listeners: int, text: str) -> None:
    assert panel_size(listeners) == text


def test_boxes_are_drawn_at_the_scores_with_the_best_on_top(make_ratings: MakeRatings) -> None:
    scores = {"amr": [40, 50, 60], "original": [98, 99, 100], "opus": [70, 70, 70]}
    figure = score_box_plot(make_ratings({"ann": scores}), title="Test")
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_yticklabels()] == ["AMR", "OPUS", "ORIGINAL"]
    means = [line.get_xdata() for line in axes.lines if line.get_marker() == "D"]
    assert [float(mean[0]) for mean in means] == [50.0, 70.0, 99.0]  # type: ignore[index,arg-type]


def test_an_empty_plot_says_so() -> None:
    (axes,) = score_box_plot(no_ratings(), title="Test").axes
    assert [text.get_text() for text in axes.texts] == ["Nobody has listened yet"]
