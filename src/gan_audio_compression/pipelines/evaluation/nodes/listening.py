"""Nodes that make scores of what listeners rated."""

import pandas as pd
from matplotlib.figure import Figure

from gan_audio_compression.evaluation.mushra.estimates import (
    scores_by_condition,
    scores_by_utterance,
)
from gan_audio_compression.evaluation.mushra.figure import score_box_plot
from gan_audio_compression.evaluation.mushra.screening import kept_ratings, screen_listeners
from gan_audio_compression.evaluation.mushra.significance import friedman_test, pairwise_tests
from gan_audio_compression.evaluation.mushra.summary import listening_summary
from gan_audio_compression.pipelines.loops import rows_of


def screen_ratings(ratings: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return who counts and why others do not, and the ratings of those who do."""
    screening = screen_listeners(ratings)
    return screening, kept_ratings(ratings, screening)


def estimate_scores(ratings: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the scores by condition, over all utterances and for each."""
    return scores_by_condition(ratings), scores_by_utterance(ratings)


def compare_scores(
    ratings: pd.DataFrame, screening: pd.DataFrame, scores: pd.DataFrame
) -> tuple[pd.DataFrame, str, dict[str, dict[str, float]]]:
    """Return the differences between codecs, all in words, and MLflow's metrics."""
    pairs = pairwise_tests(ratings)
    summary = listening_summary(screening, scores, friedman_test(ratings), pairs)
    values = {f"{row.condition}.mean": float(row.mean) for row in rows_of(scores)}
    values |= {"listeners": float(ratings["listener"].nunique()), "took_part": len(screening)}
    return pairs, summary, {name: {"value": v, "step": 0} for name, v in values.items()}


def plot_scores(ratings: pd.DataFrame) -> Figure:
    """Plot the scores of each condition as boxes."""
    return score_box_plot(ratings, title="Listening test (MUSHRA)")
