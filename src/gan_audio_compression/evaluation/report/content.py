"""What the page of the bench shows, before anything of it is laid out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.evaluation.estimates import PHONE_ERROR_RATE
from gan_audio_compression.evaluation.measure import Metric, Wave

GROUP_COLUMNS = (
    *("system", "grouping", "group", "measure", "n", "speakers"),
    *("mean", "median", "low", "high"),
)
PAIRED_COLUMNS = ("system", "measure", "n", "speakers", "difference", "low", "high")


class ReportContentError(GanAudioCompressionError):
    """A table or a wave cannot be shown."""


def comparison_columns(metrics: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that a table of the systems has with these metrics."""
    return (
        *("system", "n", "speakers", "failed", "note"),
        *("nominal_kbit_s", "file_kbit_s", "payload_kbit_s"),
        *(f"{name}_{part}" for name in metrics for part in ("mean", "median", "low", "high")),
        *(PHONE_ERROR_RATE, f"{PHONE_ERROR_RATE}_low", f"{PHONE_ERROR_RATE}_high"),
        *("mushra", "mushra_low", "mushra_high", "listeners"),
        *("paper_kbit_s", "paper_pesq_raw", "paper_mushra"),
    )


@dataclass(frozen=True)
class ReportFigure:
    """A figure, what it says, and what somebody who cannot see it should know."""

    figure: Figure
    caption: str
    alt: str


@dataclass(frozen=True)
class Recording:
    """An utterance as one system gives it back.

    Attributes:
        wave: 16 kHz mono, full scale at 1.
        file_bytes: of the whole coded file.
        kbit_s: that file over the seconds of the utterance.
        pesq_raw: of this utterance, P.862 before mapping; NaN where not defined.
    """

    system: str
    wave: Wave
    file_bytes: int
    kbit_s: float
    pesq_raw: float

    def __post_init__(self) -> None:
        if self.wave.ndim != 1 or self.wave.size == 0 or not np.isfinite(self.wave).all():
            raise ReportContentError(
                f"The wave of {self.system} has shape {self.wave.shape} or samples that are not"
                " finite; give finite mono samples."
            )


@dataclass(frozen=True)
class Example:
    """An utterance to listen to.

    Attributes:
        about: what is known of it (speaker, sex, region, text), by name.
        recordings: the original first.
    """

    id: str
    about: Mapping[str, str]
    recordings: Sequence[Recording]


@dataclass(frozen=True)
class Provenance:
    """What made the files of a system, and how to get it.

    Attributes:
        made_by: program or library and its version, or the digest of a model.
        how_to_get: a command or an address.
    """

    system: str
    made_by: str
    how_to_get: str


@dataclass(frozen=True)
class ReportContent:
    """All that the page shows.

    Attributes:
        introduction: what the page is, which corpus, how many utterances and speakers.
        metrics: of the measures, in the order of tables.
        comparison: of the test split, one row for each system, with `comparison_columns`. `note`
            says why a system is absent, else None; error rates are fractions; what is not
            known, and what the paper does not have, is NaN.
        validation: the same of the validation split.
        groups: means within each speaker, sex and dialect region, with GROUP_COLUMNS.
        paired: the system minus the reference, utterance by utterance, with PAIRED_COLUMNS.
        reference: label of the system that the others are compared with.
        curves: figures of rate and quality, of searches and of training.
        spectrograms: figures of the same utterance by system.
        examples: utterances to listen to.
        provenance: one for each system.
        machine: facts of the machine, the libraries and the data, by name.
        command: what made the page.
        seeds: by what they are for.

    Raises:
        ReportContentError: a table lacks a column.
    """

    title: str
    introduction: str
    metrics: Mapping[str, Metric]
    comparison: pd.DataFrame
    validation: pd.DataFrame
    groups: pd.DataFrame
    paired: pd.DataFrame
    reference: str
    curves: Sequence[ReportFigure]
    spectrograms: Sequence[ReportFigure]
    examples: Sequence[Example]
    provenance: Sequence[Provenance]
    machine: Mapping[str, str]
    command: str
    seeds: Mapping[str, int]

    def __post_init__(self) -> None:
        columns = comparison_columns(self.metrics)
        _require_columns("comparison", self.comparison, columns)
        _require_columns("validation", self.validation, columns)
        _require_columns("groups", self.groups, GROUP_COLUMNS)
        _require_columns("paired", self.paired, PAIRED_COLUMNS)


def _require_columns(name: str, table: pd.DataFrame, columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in table]
    if missing:
        raise ReportContentError(
            f"The table {name} of the report lacks {', '.join(missing)}; add what is missing."
        )
