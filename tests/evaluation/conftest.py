"""Rows of `utterance_scores` that the tests share."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from gan_audio_compression.evaluation.measure import Metric
from gan_audio_compression.evaluation.metrics import OWN_MEASURES, metrics_of

Row = dict[str, Any]


@pytest.fixture(scope="session")
def metrics() -> dict[str, Metric]:
    """Of the project's own measures."""
    return metrics_of(OWN_MEASURES)


@pytest.fixture
def score_row(metrics: dict[str, Metric]) -> Callable[..., Row]:
    """Makes the row of an utterance: all measures 3.0, 2 s in 4000 bits, 40 phones, 10 wrong."""

    def row(system: str, id: str, **changes: Any) -> Row:
        values: Row = {
            "system": system,
            "id": id,
            "split": "test",
            "test_set": None,
            "speaker": id[0],
            "sex": "F",
            "dialect_region": "dr1",
            "bits": 4000,
            "payload_bits": 3600,
            "seconds": 2.0,
            "file_bit_rate": 2000.0,
            **dict.fromkeys(metrics, 3.0),
            "phone_errors": 10,
            "phones": 40,
            "reason": None,
        }
        assert changes.keys() <= values.keys()
        return values | changes

    return row


@pytest.fixture
def lost_row(score_row: Callable[..., Row], metrics: dict[str, Metric]) -> Callable[..., Row]:
    """Makes the row of an utterance that a system could not code."""
    gaps = [*metrics, "bits", "payload_bits", "file_bit_rate", "phone_errors", "phones"]

    def row(system: str, id: str, reason: str) -> Row:
        return score_row(system, id, **dict.fromkeys(gaps, math.nan), reason=reason)

    return row
