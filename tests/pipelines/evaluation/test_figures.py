"""The figures of the paper and of the bench."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from gan_audio_compression.bench.entries import Bench
from gan_audio_compression.pipelines.evaluation.nodes import figures as nodes
from gan_audio_compression.pipelines.evaluation.nodes.scores import NotDecodedError
from gan_audio_compression.pipelines.evaluation.parameters import EvaluationParameters
from gan_audio_compression.pipelines.measures import MeasureParameters

MANIFEST = pd.DataFrame({"id": ["b"], "level_code": [72.0]})


def coding_log(**changes: Any) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "system": ["bpgan", "bpgan", "bpgan", "opus_9k"],
        "utterance": ["c", "b", "a", "a"],
        "split": ["test", "test", "validation", "test"],
        "error": [None, None, None, None],
    }
    return pd.DataFrame(columns | changes)


def texts(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(Text))


def test_figures_show_the_first_test_utterance_that_the_reference_coded(
    make_speech: Callable[[int, int], Any], parameters: EvaluationParameters
) -> None:
    log = coding_log()
    assert nodes.example_utterance(log, "bpgan") == "b"
    assert nodes.example_utterance(coding_log(error=[None, "E: no", None, None]), "bpgan") == "c"
    speech = {id: lambda: make_speech(24_000, 1) for id in ("b", "bpgan/b")}
    mels = {id: lambda: np.full((188, 128), -5.0, np.float32) for id in ("b", "bpgan/b")}
    figures = [
        nodes.plot_original_mel(mels, log, parameters),
        nodes.plot_generated_mel(mels, log, parameters),
        nodes.plot_spectrogram_pair(speech, speech, log, MANIFEST, parameters),
    ]
    for number, figure in zip((6, 7, 8), figures, strict=True):
        assert f"of b (figure {number})" in texts(figure)


def test_no_coded_test_utterance_is_one_sentence() -> None:
    log = coding_log(split=["validation"] * 4)
    with pytest.raises(NotDecodedError, match="bpgan has coded no test utterance;"):
        nodes.example_utterance(log, "bpgan")


def test_a_measure_that_is_not_taken_has_a_figure_that_says_so(
    bench: Bench, measures: MeasureParameters
) -> None:
    table = pd.DataFrame({"system": ["BPGAN", "Opus 9k"], "file_kbit_s": [2.0, 9.0]})
    named = [f"{measure}_{of}" for measure in measures.metrics() for of in ("mean", "low", "high")]
    drawn = nodes.plot_rate_distortion(table.assign(**dict.fromkeys(named, 3.0)), bench, measures)
    assert set(drawn) == set(nodes.RATE_DISTORTION_MEASURES)
    assert "Opus 9k" in texts(drawn["pesq_nb"])
    assert "pesq_wb is not among the measures" in texts(drawn["pesq_wb"])
