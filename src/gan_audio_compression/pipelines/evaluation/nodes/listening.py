"""Nodes that make scores of what listeners rated."""

import logging
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from gan_audio_compression.evaluation.mushra.estimates import (
    scores_by_condition,
    scores_by_utterance,
)
from gan_audio_compression.evaluation.mushra.figure import score_box_plot
from gan_audio_compression.evaluation.mushra.ratings import TESTED_ROLES
from gan_audio_compression.evaluation.mushra.screening import kept_ratings, screen_listeners
from gan_audio_compression.evaluation.mushra.significance import friedman_test, pairwise_tests
from gan_audio_compression.evaluation.mushra.summary import listening_summary
from gan_audio_compression.listening.description import samples_digest
from gan_audio_compression.pipelines.loops import Partitions, rows_of

logger = logging.getLogger(__name__)


def screen_ratings(
    ratings: pd.DataFrame, speech: Partitions, reconstructed_speech: Partitions
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Return who counts and why others do not, the ratings of those who do, and what is outdated.

    Outdated are conditions by label whose speech is no longer what was heard, as after a training:
    their ratings are left out, for the table would put them beside measures of other speech.
    """
    screening = screen_listeners(ratings)
    heard = ratings.drop_duplicates(["utterance", "condition"])
    outdated = {
        row.label for row in rows_of(heard) if not _is_as_heard(row, speech, reconstructed_speech)
    }
    for label in sorted(outdated):
        logger.warning("%s does not sound as it was rated: prepare a new listening test.", label)
    kept = kept_ratings(ratings[~ratings["label"].isin(outdated)], screening)
    return screening, kept, sorted(outdated)


def estimate_scores(ratings: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the scores by condition, over all utterances and for each."""
    return scores_by_condition(ratings), scores_by_utterance(ratings)


def compare_scores(
    ratings: pd.DataFrame, screening: pd.DataFrame, scores: pd.DataFrame, outdated: list[str]
) -> tuple[pd.DataFrame, str, dict[str, dict[str, float]]]:
    """Return the differences between codecs, all in words, and MLflow's metrics."""
    pairs = pairwise_tests(ratings)
    summary = listening_summary(screening, outdated, scores, friedman_test(ratings), pairs)
    values = {f"{row.condition}.mean": float(row.mean) for row in rows_of(scores)}
    values |= {"listeners": float(ratings["listener"].nunique()), "took_part": len(screening)}
    return pairs, summary, {name: {"value": v, "step": 0} for name, v in values.items()}


def plot_scores(ratings: pd.DataFrame) -> Figure:
    """Plot the scores of each condition as boxes."""
    return score_box_plot(ratings, title="Listening test (MUSHRA)")


def _is_as_heard(row: Any, speech: Partitions, decoded: Partitions) -> bool:
    """Tell whether what a condition was made of is the same now; anchors are made of speech."""
    load = decoded.get(f"{row.condition}/{row.utterance}")
    if load is None and row.role in TESTED_ROLES:
        return False
    load = load or speech.get(row.utterance)
    return load is not None and samples_digest(load()) == row.source_sha256
