"""From the page to the paper's table: what listeners click is what the table says."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.bench.entries import Bench
from gan_audio_compression.datasets.ratings import RatingsDataset
from gan_audio_compression.evaluation.comparison import comparison_markdown
from gan_audio_compression.listening.description import ListeningTest
from gan_audio_compression.pipelines.bench import systems_of
from gan_audio_compression.pipelines.evaluation.nodes import listening, tables
from gan_audio_compression.pipelines.evaluation.parameters import EvaluationParameters
from gan_audio_compression.pipelines.measures import MeasureParameters
from tests.pipelines.toys import TOY_MEASURE, toy_entry

Heard = dict[str, dict[str, Callable[[], Any]]]
Visit = Callable[..., Any]

BENCH = Bench.model_validate({"bpgan": toy_entry("BPGAN"), "opus_9k": toy_entry("Opus 9k")})
MEASURES = MeasureParameters.model_validate([TOY_MEASURE])
QUALITY = {"original": 100, "opus_9k": 80, "bpgan": 60, "mid_anchor": 95, "low_anchor": 40}


def utterance_scores() -> pd.DataFrame:
    """Scores of one utterance by every system."""
    about = {"id": "u", "split": "test", "test_set": None, "speaker": "s", "sex": "F"}
    about["dialect_region"] = "dr1"
    figures = {"bits": 2000.0, "payload_bits": 1900.0, "seconds": 1.0, "file_bit_rate": 2000.0}
    columns = about | figures | dict.fromkeys(MEASURES.metrics(), 1.0) | {"reason": None}
    columns |= {"phones": np.nan, "phone_errors": np.nan}
    return pd.DataFrame([columns | {"system": system.label} for system in systems_of(BENCH)])


def test_what_two_listeners_click_is_what_the_table_says(
    visit: Visit, server: Any, listening_test: ListeningTest, heard: Heard
) -> None:
    played = [listening_test.training, *listening_test.trials]
    condition = {s.token: s.condition for trial in played for s in trial.stimuli}
    scores: list[Callable[[str], int]] = [
        lambda token: QUALITY[condition[token]],
        lambda token: min(100, QUALITY[condition[token]] + 10),
        # One who rates everything alike has not found the reference.
        lambda token: 50,
    ]
    for score in scores:
        visitor = visit(server.url)
        visitor.begin()
        visitor.take_trials(2, score)
        visitor.sees("All ratings are stored (2 of 2 trials).")

    ratings = RatingsDataset(str(server.ratings)).load()
    decoded = {f"{key}/{id}": load for key, of in heard.items() for id, load in of.items()}
    screening, counting, outdated = listening.screen_ratings(ratings, heard["original"], decoded)
    assert outdated == []
    assert sorted(screening["reason"].isna()) == [False, True, True]
    by_condition, _ = listening.estimate_scores(counting)
    parameters = EvaluationParameters(
        seed=0, examples=0, reference="bpgan", spectrograms=(), closing=()
    )
    table, *_ = tables.compare_codecs(utterance_scores(), by_condition, BENCH, MEASURES, parameters)
    rows = table.set_index("system")
    assert rows.loc[["Original", "Opus 9k", "BPGAN"], "mushra"].tolist() == [100, 85, 65]
    assert rows.loc["BPGAN", "mushra_low"] == pytest.approx(65 - 12.706 * 5, abs=0.01)
    assert table["listeners"].max() == 2
    assert rows["mushra"].notna().sum() == 3
    assert "| MUSHRA (2 listeners, 20 are wanted) |" in comparison_markdown(
        table, MEASURES.metrics()
    )
