"""How the page shows a measure: its heading, its decimals, and its interval below it."""

from gan_audio_compression.evaluation.estimates import MEASURES, PHONE_ERROR_RATE
from gan_audio_compression.evaluation.report.table import Cell, Mark, interval, number


def heading_of(measure: str) -> str:
    """The measure's label with its unit; error rates are shown in percent."""
    unit = " (%)" if measure == PHONE_ERROR_RATE else ""
    return MEASURES[measure].label + unit


def estimate_cell(
    measure: str, value: float, low: float, high: float, *, signed: bool = False, mark: Mark = ""
) -> Cell:
    """A mean, rate or difference with its interval."""
    factor, digits = _scale(measure)
    return Cell(
        number(factor * value, digits, signed=signed),
        interval(factor * low, factor * high, digits, signed=signed),
        mark,
    )


def _scale(measure: str) -> tuple[int, int]:
    """What a measure is multiplied by, and its decimals: one more where it ends at 1."""
    if measure == PHONE_ERROR_RATE:
        return 100, 1
    return 1, 3 if measure in ("stoi", "estoi") else 2
