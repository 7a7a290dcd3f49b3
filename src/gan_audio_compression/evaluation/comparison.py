"""Our table 3: the systems side by side, with the paper's figures next to ours."""

import math

import pandas as pd

from gan_audio_compression.evaluation.paper import CITATION, TABLE_3
from gan_audio_compression.evaluation.statistics import mean_with_interval

_HEADERS = {
    "pesq_raw": "PESQ raw (P.862)",
    "pesq_nb": "PESQ NB (P.862.1)",
    "pesq_wb": "PESQ WB (P.862.2)",
    "stoi": "STOI",
    "estoi": "ESTOI",
}
_PAPER = {result.method: result for result in TABLE_3}


def codec_comparison(scores: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """One row for each system, in order of appearance.

    Args:
        scores: one row for each system and utterance: system, id, speaker, bits (of the
            file), seconds, file_bit_rate (bit/s), pesq_raw, pesq_nb, pesq_wb, stoi, estoi and
            reason (why a measure is missing, else None).
        seed: of the bootstrap.

    Returns:
        system; n, the utterances; failed, those of them with a reason; file_kbit_s, the bits
        of all files over their seconds, so that long utterances weigh more; the mean of each
        measure and its 95 % interval as <measure>_mean, _low, _high; and paper_kbit_s,
        paper_pesq_raw, paper_mushra, NaN unless the system is named as in the paper's table.
    """
    rows = [
        _system_row(str(system), of_system, seed)
        for system, of_system in scores.groupby("system", sort=False)
    ]
    return pd.DataFrame(rows)


def _system_row(system: str, scores: pd.DataFrame, seed: int) -> dict[str, object]:
    # An utterance that was not encoded has no bits, so its seconds must not count either.
    encoded = scores[["bits", "seconds"]].dropna()
    seconds = encoded["seconds"].sum()
    row: dict[str, object] = {
        "system": system,
        "n": len(scores),
        "failed": int(scores["reason"].notna().sum()),
        "file_kbit_s": encoded["bits"].sum() / seconds / 1000 if seconds > 0 else math.nan,
    }
    for metric in _HEADERS:
        interval = mean_with_interval(scores[metric], seed=seed)
        row[f"{metric}_mean"] = interval.mean
        row[f"{metric}_low"] = interval.low
        row[f"{metric}_high"] = interval.high
    paper = _PAPER.get(system)
    row["paper_kbit_s"] = paper.kbit_s if paper else math.nan
    row["paper_pesq_raw"] = paper.pesq_raw if paper else math.nan
    row["paper_mushra"] = paper.mushra if paper else math.nan
    return row


def comparison_markdown(table: pd.DataFrame) -> str:
    """The result of `codec_comparison` as a Markdown table with a note on how to read it."""
    header = ["System", "n", "Failed", "File kbit/s", *_HEADERS.values()]
    header += ["Paper: kbit/s", "Paper: PESQ raw (P.862)", "Paper: MUSHRA"]
    lines = [
        _markdown_row(header),
        _markdown_row([":---", *["---:"] * (len(header) - 1)]),
        *(_markdown_row(_cells(row)) for _, row in table.iterrows()),
        "",
        "Mean over the utterances [95 % bootstrap interval]. File kbit/s: bits of all files over"
        " their seconds. Failed: utterances that lack a measure; means leave them out."
        f" Paper: {CITATION}.",
    ]
    return "\n".join(lines) + "\n"


def _cells(row: pd.Series) -> list[str]:
    return [
        str(row["system"]).replace("|", "\\|"),
        str(row["n"]),
        str(row["failed"]),
        _number(row["file_kbit_s"]),
        *(_interval(row, metric) for metric in _HEADERS),
        _number(row["paper_kbit_s"], 1),
        _number(row["paper_pesq_raw"]),
        _number(row["paper_mushra"], 1),
    ]


def _interval(row: pd.Series, metric: str) -> str:
    mean, low, high = (row[f"{metric}_{bound}"] for bound in ("mean", "low", "high"))
    return "-" if math.isnan(mean) else f"{mean:.2f} [{low:.2f}, {high:.2f}]"


def _number(value: float, digits: int = 2) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def _markdown_row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
