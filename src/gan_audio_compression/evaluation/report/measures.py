"""How the page shows a measure: its heading, its decimals, and its interval below it."""

from gan_audio_compression.evaluation.estimates import PHONE_ERROR_RATE
from gan_audio_compression.evaluation.measure import Metric
from gan_audio_compression.evaluation.report.table import Cell, Mark, interval, number


def heading_of(name: str, metric: Metric) -> str:
    """Return the metric's label with its unit; error rates are shown in percent."""
    return f"{metric.label} (%)" if name == PHONE_ERROR_RATE else metric.label


def estimate_cell(
    name: str,
    metric: Metric,
    value: float,
    low: float,
    high: float,
    *,
    signed: bool = False,
    mark: Mark = "",
) -> Cell:
    """Return a mean, rate or difference of the metric called `name`, with its interval."""
    factor = 100 if name == PHONE_ERROR_RATE else 1
    return Cell(
        number(factor * value, metric.digits, signed=signed),
        interval(factor * low, factor * high, metric.digits, signed=signed),
        mark,
    )
