"""The listening test in words and tables, as Markdown."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from gan_audio_compression.evaluation.mushra.ratings import WANTED_LISTENERS
from gan_audio_compression.evaluation.mushra.significance import Friedman
from gan_audio_compression.evaluation.words import counted

_METHOD = """\
Method: MUSHRA, ITU-R BS.1534-3. A listener is one observation: intervals are t intervals over the
listeners' means, and so are the rank tests; a listener who did not rate every trial does not
count. The 7 kHz anchor is nearly transparent where the speech ends at 8 kHz.
"""


def listening_summary(
    screening: pd.DataFrame,
    outdated: Sequence[str],
    by_condition: pd.DataFrame,
    friedman: Friedman,
    pairs: pd.DataFrame,
) -> str:
    """Who listened and was excluded, scores by codec, and which differences hold.

    Args:
        screening: of `screen_listeners`.
        outdated: labels of the conditions that do not sound as they were rated.
        by_condition: of `scores_by_condition`.
        pairs: of `pairwise_tests`.
    """
    title = "# Listening test (MUSHRA)\n\n"
    if screening.empty:
        return f"{title}Nobody has listened yet.\n"
    excluded = screening[screening["reason"].notna()]
    counting = len(screening) - len(excluded)
    parts = [
        f"{panel_size(counting)}; {len(screening)} took part.\n",
        "".join(f"- excluded: {row.listener}, {row.reason}\n" for row in _rows(excluded)),
    ]
    if outdated:
        parts.append(f"Left out, as it does not sound as it was rated: {', '.join(outdated)}.\n")
    if not by_condition.empty:
        parts += [_scores_table(by_condition), _friedman_sentence(friedman), _pairs_table(pairs)]
    return title + "\n".join(part for part in [*parts, _METHOD] if part)


def panel_size(listeners: int) -> str:
    """The number of listeners, and how many the standard wants where they are too few."""
    text = counted(listeners, "listener")
    if listeners >= WANTED_LISTENERS:
        return text
    return f"{text}, {WANTED_LISTENERS} are wanted"


def _scores_table(by_condition: pd.DataFrame) -> str:
    heads = ("Condition", "Mean [95 % interval]", "Median", "Quartiles", "Scores")
    rows = [
        (
            row.label,
            _number(row.mean) if math.isnan(row.low) else _bounded(row.mean, row.low, row.high),
            _number(row.median),
            f"{_number(row.lower_quartile)}, {_number(row.upper_quartile)}",
            str(row.scores),
        )
        for row in _rows(by_condition)
    ]
    return _table(heads, rows)


def _friedman_sentence(friedman: Friedman) -> str:
    if math.isnan(friedman.p):
        return "Friedman's test needs three codecs and two listeners.\n"
    return (
        f"Friedman over {friedman.codecs} codecs and {friedman.listeners} listeners: chi-square"
        f" {friedman.statistic:.2f}, p {_p(friedman.p)}.\n"
    )


def _pairs_table(pairs: pd.DataFrame) -> str:
    heads = ("Codec", "Other", "Difference", "p (Wilcoxon)", "p (Holm)")
    rows = [
        (row.system, row.other, f"{row.difference:+.1f}", _p(row.p), _p(row.p_holm))
        for row in _rows(pairs)
    ]
    return _table(heads, rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _rows(table: pd.DataFrame) -> Iterable[Any]:
    return table.itertuples(index=False)


def _bounded(mean: float, low: float, high: float) -> str:
    return f"{_number(mean)} [{_number(low)}, {_number(high)}]"


def _number(value: float) -> str:
    return f"{value:.1f}"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
