"""What the pipelines that train the sequence codec are tried on: little speech, small networks."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def sequence_speech() -> dict[str, Any]:
    """Give nodes that train an utterance of each split, and the first with a variation."""
    manifest = pd.DataFrame(
        {
            "id": ["a", "b", "c"],
            "key": ["ka", "kb", "kc"],
            "split": ["train", "validation", "test"],
            "error": [None] * 3,
            "frames": [60.0, 126.0, 40.0],
            "level_code": [52, 60, 60],
        }
    )
    test_speech = partial(pytest.fail, "test speech was opened")
    return {
        "log_mel": {"a": loader(60), "b": loader(126), "c": test_speech},
        "manifest": manifest,
        "shards": {"s": lambda: {"a": loader(60)(), "a_varied_0": loader(50)()}},
        "shards_log": pd.DataFrame(
            {
                "id": ["s"],
                "key": ["k"],
                "names": [["a", "a_varied_0"]],
                "frames": [[60, 50]],
                "error": [None],
            }
        ),
    }


@pytest.fixture(scope="session")
def sequence_training() -> dict[str, Any]:
    """Give the parameters of a training of two steps."""
    return {
        "networks": {
            "width": 8,
            "encoder_blocks": 1,
            "generator_blocks": 1,
            "latent_channels": 2,
            "prior_width": 4,
        },
        "schedule": {"epochs": 2, "batch": 2, "steps_per_epoch": 1},
        "frames": 16,
        "runtime": {"validation_segments": 2},
    }


def loader(frames: int) -> Callable[[], Any]:
    values = -10 * np.random.default_rng(frames).random((frames, 128), dtype=np.float32)
    return lambda: values
