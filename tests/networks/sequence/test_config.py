"""The shape of the networks of the sequence codec."""

import pytest

from gan_audio_compression.networks.sequence.config import SequenceConfig


@pytest.mark.parametrize("value", [0, 4097, 2.0, True, "8"])
def test_widths_out_of_range_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="width"):
        SequenceConfig(width=value)  # type: ignore[arg-type]
