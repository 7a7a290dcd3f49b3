"""The parameters of the sequence codec's training."""

from typing import Any

import pytest

from gan_audio_compression.training.sequence.config import SequenceTrainingConfig


@pytest.mark.parametrize(
    ("changes", "fault"),
    [({"frames": 50}, "multiple of 4"), ({"ema": 1.0}, "ema")],
)
def test_bad_values_are_refused(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        SequenceTrainingConfig(**changes)
