"""Numbers with what they count."""

import pytest

from gan_audio_compression.evaluation.words import counted


@pytest.mark.parametrize(
    ("number", "says"), [(0, "0 speakers"), (1, "1 speaker"), (2, "2 speakers")]
)
def test_one_is_singular(number: int, says: str) -> None:
    assert counted(number, "speaker") == says
