"""The parameters of the sequence codec's training."""

from typing import Any

import pytest

from gan_audio_compression.training.sequence.config import (
    AdversarialConfig,
    SequenceTrainingConfig,
)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [({"frames": 50}, "multiple of 4"), ({"ema": 1.0}, "ema")],
)
def test_bad_values_are_refused(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        SequenceTrainingConfig(**changes)


def test_a_discriminator_is_used_where_it_weighs_something() -> None:
    assert not AdversarialConfig().used
    assert AdversarialConfig(adversarial=0.1).used
    assert AdversarialConfig(feature_matching=0.1).used
    with pytest.raises(ValueError, match="not negative"):
        AdversarialConfig(adversarial=-0.1)
