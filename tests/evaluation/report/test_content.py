"""What the report refuses."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.evaluation.report.content import (
    Recording,
    ReportContent,
    ReportContentError,
)

MakeContent = Callable[..., ReportContent]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("comparison", "visqol_median"),
        ("validation", "payload_kbit_s"),
        ("groups", "grouping"),
        ("paired", "difference"),
    ],
)
def test_a_table_without_a_column_is_refused_by_name(
    make_content: MakeContent, table: str, column: str
) -> None:
    content = make_content(["Original", "BPGAN"], examples=0)
    lacking = getattr(content, table).drop(columns=column)
    with pytest.raises(ReportContentError, match=f"{table} .* lacks {column};"):
        replace(content, **{table: lacking})


@pytest.mark.parametrize(
    "wave",
    [np.zeros(0, np.float32), np.zeros((8, 2), np.float32), np.full(8, np.nan, np.float32)],
    ids=["empty", "stereo", "not finite"],
)
def test_a_wave_that_cannot_be_played_is_refused(wave: NDArray[np.float32]) -> None:
    with pytest.raises(ReportContentError, match="The wave of Opus"):
        Recording("Opus", wave, 1, 9.0, 3.9)
