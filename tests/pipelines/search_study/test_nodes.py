"""The study of searches: each is tried as its parameters say, and the table has the means."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from gan_audio_compression.pipelines.measures import MeasureParameters
from gan_audio_compression.pipelines.search_study import nodes
from gan_audio_compression.pipelines.search_study.parameters import SearchStudyParameters
from tests.pipelines.engines import INLINE
from tests.pipelines.toys import TOY_MEASURE

MANIFEST = pd.DataFrame(
    {
        "id": ["a", "b", "c"],
        "key": ["ka", "kb", "kc"],
        "split": ["validation", "validation", "test"],
        "error": [None] * 3,
        "seconds": [2.0, 2.0, 2.0],
        "level_code": [52, 60, 60],
    }
)
MEASURES = MeasureParameters.model_validate([TOY_MEASURE])
SEARCHES = [
    {"strategy": "encoder_only", "efforts": [0]},
    {"strategy": "refinement", "efforts": [1], "codecs": ["Sequence"]},
    {"strategy": "admm", "objective": "perceptual", "efforts": [1], "codecs": ["Segment"]},
]


def parameters(**changes: Any) -> SearchStudyParameters:
    values = {
        "split": "validation",
        "utterances": 1,
        "seconds": 1,
        "codecs": {
            "Sequence": {"model": "default", "bitrate": 2000},
            "Segment": {"model": "paper"},
        },
        "searches": SEARCHES,
    }
    return SearchStudyParameters.model_validate(values | changes)


@pytest.fixture(scope="module")
def trials(make_speech: Any, run_loop: Any) -> pd.DataFrame:
    speech = {
        "a": partial(make_speech, 32_000, 1),
        "b": partial(make_speech, 32_000, 2),
        "c": partial(pytest.fail, "test speech was opened"),
    }
    done = run_loop(
        nodes.try_searches(
            speech,
            MANIFEST,
            {},
            {},
            parameters(),
            MEASURES,
            INLINE,
            {},
        )
    )
    table: pd.DataFrame = done.table
    return table


def test_each_search_is_tried_with_the_codecs_it_names(trials: pd.DataFrame) -> None:
    tried = set(zip(trials["codec"], trials["search"], trials["effort"], strict=True))
    assert tried == {
        ("Sequence", "encoder only", 0),
        ("Segment", "encoder only", 0),
        ("Sequence", "refinement", 1),
        ("Segment", "admm, perceptual", 1),
    }
    assert trials["seconds"].tolist() == [1.0] * 4
    searched = trials[trials["objective"].notna()]
    assert set(trials["search"]) - set(searched["search"]) <= {"encoder only"}
    assert (searched["objective"] <= searched["start_objective"]).all()


def test_without_a_search_the_objective_is_what_searches_start_from(trials: pd.DataFrame) -> None:
    table = nodes.tabulate_searches(trials, MEASURES)
    objective = table[table["codec"] == "Sequence"].set_index("search")["objective"]
    assert objective["encoder only"] >= objective["refinement"] > 0


def test_the_table_sums_rates_and_times(trials: pd.DataFrame) -> None:
    more = pd.concat([trials, trials.assign(bits=0, seconds=3.0, search_seconds=0.0)])
    table = nodes.tabulate_searches(more, MEASURES).set_index(["codec", "search"])
    first: Any = trials.set_index(["codec", "search"]).loc[("Segment", "encoder only")]
    row: Any = table.loc[("Segment", "encoder only")]
    assert row["kbit_s"] == pytest.approx(first["bits"] / 4000)
    assert row["seconds_per_second"] == pytest.approx(first["search_seconds"] / 4)
    assert row["utterances"] == 2
    assert row["largest"] == pytest.approx(first["largest"])
    assert "phone_error_rate" not in table


def test_phones_are_counted_over_all_utterances(trials: pd.DataFrame) -> None:
    counted = trials.assign(phones=40.0, phone_errors=10.0)
    other = counted.assign(phones=10.0, phone_errors=10.0)
    rates = nodes.tabulate_searches(pd.concat([counted, other]), MEASURES)["phone_error_rate"]
    assert np.allclose(rates, 40.0)


def test_each_codec_has_a_figure(trials: pd.DataFrame) -> None:
    figures = nodes.plot_searches(nodes.tabulate_searches(trials, MEASURES))
    assert set(figures) == {"Sequence", "Segment"}


@pytest.mark.parametrize(
    "changes", [{"split": "train"}, {"searches": []}, {"searches": [{"strategy": "luck"}]}]
)
def test_bad_parameters_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        parameters(**changes)
