"""docs/extending.md, followed: a codec and a measure of one's own, from speech to the table."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gan_audio_compression.bench.entries import Bench
from gan_audio_compression.evaluation.mushra.estimates import scores_by_condition
from gan_audio_compression.evaluation.mushra.ratings import no_ratings
from gan_audio_compression.pipelines.compression.nodes import compress_utterances
from gan_audio_compression.pipelines.evaluation.nodes.scores import score_ceilings, score_codecs
from gan_audio_compression.pipelines.evaluation.nodes.tables import compare_codecs, join_scores
from gan_audio_compression.pipelines.evaluation.parameters import EvaluationParameters
from gan_audio_compression.pipelines.measures import MeasureParameters
from gan_audio_compression.pipelines.reconstruction.nodes import reconstruct_utterances
from tests.pipelines.engines import PROCESSES
from tests.pipelines.toys import TOY_MEASURE, ToyCodec, toy_entry

PAGE = Path(__file__).resolve().parents[2] / "docs" / "extending.md"
MANIFEST = pd.DataFrame(
    {
        "id": ["a"],
        "key": ["ka"],
        "split": ["test"],
        "error": [None],
        "seconds": [1.0],
        "level_code": [52.0],
        "speaker": ["s"],
        "sex": ["F"],
        "dialect_region": ["dr1"],
        "test_set": [None],
    }
)
PARAMETERS = EvaluationParameters(seed=0, examples=0, reference="toy", spectrograms=(), closing=())


@pytest.fixture(scope="module")
def table(make_speech: Any, run_loop: Callable[..., Any]) -> tuple[pd.DataFrame, str]:
    """Table 3 of a bench of the toy codec at two settings, by the toy measure."""
    speech = {"a": partial(make_speech, 16_000, 0)}
    bench = Bench.model_validate({"toy": toy_entry(), "coarse": toy_entry("Toy 8", bits=8)})
    measures = MeasureParameters.model_validate([TOY_MEASURE])
    coded = run_loop(compress_utterances(speech, MANIFEST, bench, PROCESSES, {}))
    files = {name: partial(bytes, data) for name, data in coded.partitions[0].items()}
    made = run_loop(reconstruct_utterances(files, coded.table, bench, PROCESSES, {}))
    decoded = {id: partial(lambda wave: wave, wave) for id, wave in made.partitions[1].items()}
    scored = run_loop(
        score_codecs(
            *(speech, MANIFEST, {}, {}, decoded, coded.table, made.table),
            *(measures, PROCESSES, {}),
        )
    )
    ceilings = run_loop(score_ceilings(speech, MANIFEST, {}, {}, measures, PROCESSES, {}))
    scores = join_scores(scored.table, ceilings.table, MANIFEST, bench, measures)
    nobody = scores_by_condition(no_ratings())
    test, _, _, text, _ = compare_codecs(scores, nobody, bench, measures, PARAMETERS)
    return test.set_index("system"), text


def test_an_added_codec_is_a_row_with_its_rate(table: tuple[pd.DataFrame, str]) -> None:
    rows, _ = table
    # 16 bits a sample and a header of 4 bytes in a second.
    assert rows.loc["Toy", "file_kbit_s"] == pytest.approx(256.032)
    assert rows.loc["Toy", "payload_kbit_s"] == pytest.approx(256)
    assert rows.loc[["Toy", "Toy 8"], "failed"].tolist() == [0, 0]


def test_an_added_measure_is_a_column_that_tells_codecs_apart(
    table: tuple[pd.DataFrame, str],
) -> None:
    rows, text = table
    largest = rows["largest_mean"].to_dict()
    assert 0 == largest["Original"] < largest["Toy"] < largest["Toy 8"]
    assert "Largest difference" in text


def test_the_page_names_all_that_a_codec_needs() -> None:
    page = PAGE.read_text()
    needed = [name for name in vars(ToyCodec) if not name.startswith("_")]
    for name in set(needed) - {"bits", "delay", "installed"}:
        assert re.search(rf"\b{name}\b", page), f"docs/extending.md does not name {name}"
    for key in toy_entry():
        assert re.search(rf"\b{key}\b", page), f"docs/extending.md does not name {key}"
