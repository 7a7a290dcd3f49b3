"""What the phone recogniser learns from."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import pytest

from gan_audio_compression.evaluation.phones.training import RecogniserConfig
from gan_audio_compression.pipelines.evaluation.nodes import recogniser as nodes
from gan_audio_compression.pipelines.evaluation.parameters import RecogniserParameters

PARAMETERS = RecogniserParameters(RecogniserConfig(seed=0, steps=1))
MANIFEST = pd.DataFrame(
    {
        "id": ["dr1_fabc0_sx1", "dr1_fabc0_sa1", "dr1_fabc0_sx2", "dr2_mdef0_sx3"],
        "split": ["train", "train", "train", "test"],
        "error": [None] * 4,
    }
)
LABELS = {id: [(0, 8000, "h#"), (8000, 16000, "iy")] for id in MANIFEST["id"]}


@pytest.fixture
def speech(make_speech: Any) -> dict[str, Callable[[], Any]]:
    refuse = partial(pytest.fail, "the recogniser may not hear this utterance")
    return dict.fromkeys(MANIFEST["id"], refuse) | {"dr1_fabc0_sx1": lambda: make_speech(16_000, 0)}


def test_it_learns_from_labelled_training_speech_but_not_from_what_everybody_reads(
    speech: dict[str, Any],
) -> None:
    labels = {id: of for id, of in LABELS.items() if id != "dr1_fabc0_sx2"}
    trained = nodes.train_phone_recogniser(speech, labels, MANIFEST, PARAMETERS)
    heard = trained["recogniser"].recognise(speech["dr1_fabc0_sx1"]())
    assert set(heard) <= {"sil", "iy"}


def test_without_labels_there_is_no_recogniser(speech: dict[str, Any]) -> None:
    only_test = {"dr2_mdef0_sx3": LABELS["dr2_mdef0_sx3"]}
    assert nodes.train_phone_recogniser(speech, only_test, MANIFEST, PARAMETERS) == {}
