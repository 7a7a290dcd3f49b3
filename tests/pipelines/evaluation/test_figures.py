"""The figures of the paper and of the bench."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from gan_audio_compression.pipelines.evaluation.nodes import figures as nodes
from gan_audio_compression.pipelines.evaluation.nodes.scores import NotDecodedError

MANIFEST = pd.DataFrame({"id": ["b"], "level_code": [72.0]})


def search_log(**changes: Any) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "id": ["a", "b", "c"],
        "split": ["test", "test", "validation"],
        "error": [None, None, None],
    }
    return pd.DataFrame(columns | changes)


def texts(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(Text))


def test_figures_show_the_first_test_utterance_that_was_coded(
    make_speech: Callable[[int, int], Any],
) -> None:
    speech = {"b": lambda: make_speech(24_000, 1)}
    listed: dict[str, Any] = {"id": ["c", "b", "a"], "split": ["test", "test", "validation"]}
    log = search_log(**listed)
    assert nodes.example_utterance(log) == "b"
    assert nodes.example_utterance(search_log(**listed, error=[None, "E: no", None])) == "c"
    mels = {id: lambda: np.full((188, 128), -5.0, np.float32) for id in "b"}
    figures = [
        nodes.plot_original_mel(mels, log),
        nodes.plot_generated_mel(mels, log),
        nodes.plot_spectrogram_pair(speech, speech, log, MANIFEST),
    ]
    for number, figure in zip((6, 7, 8), figures, strict=True):
        assert f"of b (figure {number})" in texts(figure)


def test_no_coded_test_utterance_is_one_sentence() -> None:
    log = search_log(split=["validation"] * 3)
    with pytest.raises(NotDecodedError, match="No utterance of the test split was coded;"):
        nodes.example_utterance(log)
