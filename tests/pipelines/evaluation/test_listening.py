"""What of the ratings goes into table 3: scores of the speech that its other figures are of."""

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.evaluation.mushra.ratings import COLUMNS, no_ratings
from gan_audio_compression.listening.description import samples_digest
from gan_audio_compression.pipelines.evaluation.nodes import listening as nodes

Waves = dict[str, Callable[[], Any]]

ROLES = {"original": "hidden_reference", "low_anchor": "low_anchor"}
LABELS = {"original": "Original", "low_anchor": "Low-pass", "bpgan": "BPGAN", "opus_9k": "Opus 9k"}


def waves(seed: int) -> Waves:
    draw = np.random.default_rng(seed)
    made = {id: draw.normal(size=100).astype(np.float32) for id in ("u1", "u2")}
    return {id: lambda wave=wave: wave for id, wave in made.items()}  # type: ignore[misc]


SPEECH = waves(0)
BY_CODEC = {"bpgan": waves(1), "opus_9k": waves(2)}


def decoded(**changes: Waves) -> Waves:
    """Speech by codec and utterance, some codecs given."""
    codecs = BY_CODEC | changes
    return {f"{codec}/{id}": load for codec, of in codecs.items() for id, load in of.items()}


DECODED = decoded()


@pytest.fixture
def ratings() -> pd.DataFrame:
    """Three listeners who rate every condition of both utterances."""
    rows = [
        {
            "listener": listener,
            "utterance": id,
            "condition": condition,
            "label": label,
            "role": ROLES.get(condition, "codec"),
            "score": 100 if condition == "original" else 50,
            "source_sha256": samples_digest(BY_CODEC.get(condition, SPEECH)[id]()),
            "trials": 2,
        }
        for listener in "abc"
        for id in SPEECH
        for condition, label in LABELS.items()
    ]
    return pd.DataFrame(rows).reindex(columns=list(COLUMNS))


def test_scores_of_the_same_speech_all_count(ratings: pd.DataFrame) -> None:
    screening, kept, outdated = nodes.screen_ratings(ratings, SPEECH, DECODED)
    assert screening["reason"].isna().all()
    assert outdated == []
    pd.testing.assert_frame_equal(kept, ratings)


@pytest.mark.parametrize(
    "other", [waves(9), {"u1": BY_CODEC["bpgan"]["u1"]}, {}], ids=["other", "fewer", "none"]
)
def test_a_codec_that_sounds_otherwise_than_it_was_rated_is_left_out(
    ratings: pd.DataFrame, other: Waves, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        screening, kept, outdated = nodes.screen_ratings(ratings, SPEECH, decoded(bpgan=other))
    assert outdated == ["BPGAN"]
    assert set(kept["label"]) == set(LABELS.values()) - {"BPGAN"}
    assert screening["reason"].isna().all()
    assert "BPGAN does not sound as it was rated" in caplog.text
    scores, _ = nodes.estimate_scores(kept)
    _, summary, means = nodes.compare_scores(kept, screening, scores, outdated)
    assert "Left out, as it does not sound as it was rated: BPGAN." in summary
    assert "bpgan.mean" not in means and means["listeners"]["value"] == 3


def test_ratings_of_another_corpus_leave_nothing(ratings: pd.DataFrame) -> None:
    screening, kept, outdated = nodes.screen_ratings(ratings, {}, {})
    assert kept.empty and outdated == sorted(LABELS.values())
    scores, _ = nodes.estimate_scores(kept)
    _, summary, _ = nodes.compare_scores(kept, screening, scores, outdated)
    assert "3 listeners" in summary and "Left out" in summary


def test_nobody_is_no_error() -> None:
    screening, kept, outdated = nodes.screen_ratings(no_ratings(), SPEECH, DECODED)
    assert screening.empty and kept.empty and outdated == []
