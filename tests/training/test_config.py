"""Parameters that the trainings of both codecs share."""

import pytest

from gan_audio_compression.training.config import AdversarialConfig


def test_a_discriminator_is_used_where_it_weighs_something() -> None:
    assert not AdversarialConfig().used
    assert AdversarialConfig(adversarial=0.1).used
    assert AdversarialConfig(feature_matching=0.1).used
    with pytest.raises(ValueError, match="not negative"):
        AdversarialConfig(adversarial=-0.1)
