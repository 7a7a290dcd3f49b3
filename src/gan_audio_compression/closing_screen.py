"""What a run ends with: the table's main columns, and where everything lies."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

_COLUMNS = {
    "file_kbit_s": ("kbit/s", 2),
    "pesq_raw_mean": ("PESQ raw", 2),
    "pesq_nb_mean": ("NB", 2),
    "pesq_wb_mean": ("WB", 2),
    "estoi_mean": ("ESTOI", 2),
    "visqol_mean": ("ViSQOL", 2),
}
"""Columns of `codec_comparison` that are shown, each with its title and digits."""


def closing_screen(
    comparison: pd.DataFrame, systems: Sequence[str], places: Mapping[str, str]
) -> Group:
    """Return the table of some systems and the places, for a terminal.

    Args:
        comparison: the result of `evaluation.comparison.codec_comparison`.
        systems: labels of those to show, in this order; one without a score is left out.
        places: what lies where, by what the reader looks for.
    """
    shown = {name: of for name, of in _COLUMNS.items() if name in comparison}
    table = Table("System", title="Codecs on the test split, means", title_justify="left")
    for title, _ in shown.values():
        table.add_column(title, justify="right")
    rows = comparison.set_index("system")
    for system in systems:
        if system in rows.index and not rows.loc[system, list(shown)].isna().all():
            values = rows.loc[system]
            table.add_row(system, *(_cell(values[n], digits) for n, (_, digits) in shown.items()))
    lines = [Text(f"{what}: {where}", overflow="fold") for what, where in places.items()]
    return Group(table, *lines)


def _cell(value: Any, digits: int) -> str:
    return "-" if pd.isna(value) else f"{value:.{digits}f}"
