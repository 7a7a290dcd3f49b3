"""The systems that are compared, and how tables and figures show them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.evaluation.paper import RESULTS, PaperResult


class UnknownSystemError(GanAudioCompressionError):
    """Scores and the list of systems do not fit together."""


@dataclass(frozen=True)
class System:
    """A codec at one setting, or speech that went through none.

    Attributes:
        key: names its data, such as "opus_9k".
        label: what tables and figures call it, such as "Opus 9k".
        nominal_kbit_s: the bit rate that it is asked for; None where nothing is coded.
        paper: the method of the paper's table 3 that it stands for, if any.
        family: systems of one family are one curve, such as "Opus".

    Raises:
        ValueError: the paper has no such method or the rate is not positive.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    key: str
    label: str
    nominal_kbit_s: float | None = None
    paper: str | None = None
    family: str | None = None

    def __post_init__(self) -> None:
        if self.paper is not None and self.paper not in RESULTS:
            raise ValueError(
                f"{self.label}: the paper has no method {self.paper!r}; choose of {[*RESULTS]}."
            )
        if self.nominal_kbit_s is not None and not 0 < self.nominal_kbit_s < math.inf:
            raise ValueError(f"{self.label}: nominal_kbit_s must be positive, or left out.")

    @property
    def paper_result(self) -> PaperResult | None:
        """The row of the paper's table that the system stands for."""
        return RESULTS[self.paper] if self.paper else None

    @property
    def curve(self) -> str:
        """The curve that it lies on, which may be its own."""
        return self.family or self.label

    @property
    def mode(self) -> str:
        """What tells it from others of its family, such as "9k"; its label where that says more."""
        return self.label.removeprefix(self.family or "").strip() or self.label


CEILINGS: tuple[System, ...] = (
    System("original", "Original", paper="Original"),
    System("narrow_band", "Original at 8 kHz"),
    System("no_codec", "Log mel and Griffin-Lim, no codec"),
)
"""Speech that no codec made: what every measure gives at best."""


def labels_of(systems: Iterable[System]) -> dict[str, str]:
    """Return what tables and figures call each system, by its key, in their order."""
    return {system.key: system.label for system in systems}


def check_known(scored: Iterable[str], known: Iterable[str]) -> None:
    """Raise UnknownSystemError if a system was scored that is not among those known."""
    unknown = sorted(set(scored) - set(known))
    if unknown:
        raise UnknownSystemError(
            f"There are scores of {', '.join(unknown)}, which is not in the list of systems; add"
            " it there or leave its scores out."
        )
