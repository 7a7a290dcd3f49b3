"""Numbers as they are printed."""

import math

import pytest

from gan_audio_compression.evaluation.report.table import NOTHING, interval, number


@pytest.mark.parametrize(
    ("value", "signed", "text"),
    [
        (3.256, False, "3.26"),
        (-0.5, True, "\N{MINUS SIGN}0.50"),
        (0.5, True, "+0.50"),
        (math.nan, True, NOTHING),
    ],
)
def test_numbers_have_true_minus_signs_and_a_dash_for_nothing(
    value: float, signed: bool, text: str
) -> None:
    assert number(value, 2, signed=signed) == text


def test_an_interval_without_width_is_not_shown() -> None:
    assert interval(3.1, 3.2, 2) == "3.10\N{EN DASH}3.20"
    assert interval(-0.1, 0.2, 1, signed=True) == "\N{MINUS SIGN}0.1 to +0.2"
    assert interval(3.1, 3.1, 2) == ""
    assert interval(math.nan, math.nan, 2) == ""
