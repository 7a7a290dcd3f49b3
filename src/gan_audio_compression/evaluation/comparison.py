"""Our table 3: the systems side by side, with the paper's figures next to ours."""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from gan_audio_compression.evaluation.estimates import PHONE_ERROR_RATE, PHONE_ERRORS, estimate
from gan_audio_compression.evaluation.measure import Metric
from gan_audio_compression.evaluation.mushra.summary import panel_size
from gan_audio_compression.evaluation.paper import CITATION
from gan_audio_compression.evaluation.systems import System, check_known

_PHONE_COLUMNS = [PHONE_ERROR_RATE, f"{PHONE_ERROR_RATE}_low", f"{PHONE_ERROR_RATE}_high"]


def codec_comparison(
    scores: pd.DataFrame,
    metrics: Mapping[str, Metric],
    systems: Sequence[System],
    *,
    seed: int,
    mushra: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return one row for each system, in their order.

    Args:
        scores: `utterance_scores`; its system is the label of one of the systems.
        metrics: of the measures, in the order of tables.
        systems: those to compare.
        seed: of the bootstrap over speakers.
        mushra: what listeners gave, the result of `mushra.estimates.scores_by_condition`; None
            where they heard other utterances.

    Returns:
        system; n, the utterances; speakers; failed, the utterances that lack a metric which others
        have; note, the reason why no utterance has any, such as a codec that is not installed,
        where they share it, else missing; nominal_kbit_s; file_kbit_s and payload_kbit_s, the bits
        of all over the seconds of all; <metric>_mean, _median, _low, _high; phone_error_rate,
        errors of all over phones of all, with _low and _high; mushra, a mean with _low and _high,
        and listeners, NaN and 0 where nobody has listened; and paper_kbit_s, paper_pesq_raw,
        paper_mushra, NaN unless the system stands for a method of the paper's table.

    Raises:
        UnknownSystemError: a system was scored that is not in the list.
    """
    check_known(scores["system"], [system.label for system in systems])
    listened = {} if mushra is None else mushra.set_index("condition").to_dict("index")
    # What computes a metric may not be installed: that says nothing of the systems.
    measured = [name for name in metrics if scores[name].notna().any()] or [*metrics]
    rows = [
        _system_row(system, scores[scores["system"] == system.label], measured, seed)
        | _means(scores[scores["system"] == system.label], metrics, seed)
        | _mushra(listened.get(system.key, {}))
        | _paper_row(system)
        for system in systems
    ]
    return pd.DataFrame(rows)


def _system_row(
    system: System, scores: pd.DataFrame, measured: list[str], seed: int
) -> dict[str, object]:
    lacking = scores[measured].isna()
    return {
        "system": system.label,
        "n": len(scores),
        "speakers": scores["speaker"].nunique(),
        "failed": int((lacking.any(axis=1) & scores["reason"].notna()).sum()),
        "note": _common_reason(scores["reason"]) if lacking.all(axis=None) else None,
        "nominal_kbit_s": math.nan if system.nominal_kbit_s is None else system.nominal_kbit_s,
        "file_kbit_s": estimate(scores, "file_rate", seed=seed).value / 1000,
        "payload_kbit_s": estimate(scores, "payload_rate", seed=seed).value / 1000,
    }


def _means(scores: pd.DataFrame, metrics: Iterable[str], seed: int) -> dict[str, object]:
    row: dict[str, object] = {}
    for metric in metrics:
        mean = estimate(scores, metric, seed=seed)
        row[f"{metric}_mean"] = mean.value
        row[f"{metric}_median"] = mean.median
        row[f"{metric}_low"] = mean.low
        row[f"{metric}_high"] = mean.high
    rate = estimate(scores, PHONE_ERROR_RATE, seed=seed)
    row[PHONE_ERROR_RATE] = rate.value
    row[f"{PHONE_ERROR_RATE}_low"] = rate.low
    row[f"{PHONE_ERROR_RATE}_high"] = rate.high
    return row


def _mushra(record: Mapping[Hashable, Any]) -> dict[str, object]:
    columns = {"mushra": "mean", "mushra_low": "low", "mushra_high": "high"}
    means: dict[str, object] = {name: record.get(of, math.nan) for name, of in columns.items()}
    return means | {"listeners": record.get("listeners", 0)}


def _paper_row(system: System) -> dict[str, object]:
    paper = system.paper_result
    return {
        "paper_kbit_s": paper.kbit_s if paper else math.nan,
        "paper_pesq_raw": paper.pesq_raw if paper else math.nan,
        "paper_mushra": paper.mushra if paper else math.nan,
    }


def _common_reason(reasons: pd.Series) -> str | None:
    """The reason that all utterances share, if they do."""
    distinct = reasons.unique()
    return distinct[0] if len(distinct) == 1 and pd.notna(distinct[0]) else None


def comparison_markdown(table: pd.DataFrame, metrics: Mapping[str, Metric]) -> str:
    """Return the result of `codec_comparison` as a Markdown table with notes on how to read it.

    Args:
        table: made with the same metrics.
        metrics: of the measures; those in the summary are shown, in their order.
    """
    shown = {name: metric for name, metric in metrics.items() if metric.in_summary}
    header = _header(table, shown.values())
    notes = table[table["note"].notna()]
    lines = [
        _markdown_row(header),
        _markdown_row([":---", *["---:"] * (len(header) - 1)]),
        *(_markdown_row(_cells(row, shown)) for _, row in table.iterrows()),
        "",
        *(f"- {row['system']}: {' '.join(row['note'].split())}" for _, row in notes.iterrows()),
        *([""] if len(notes) else []),
        _how_to_read(table),
    ]
    return "\n".join(lines) + "\n"


def _header(table: pd.DataFrame, shown: Iterable[Metric]) -> list[str]:
    return [
        *("System", "n", "File kbit/s", "Payload kbit/s"),
        *(metric.label for metric in shown),
        f"{PHONE_ERRORS.label} (%)",
        _who_listened(table),
        "Paper: PESQ raw, MUSHRA at kbit/s",
    ]


def _how_to_read(table: pd.DataFrame) -> str:
    speakers = int(table["speakers"].max()) if len(table) else 0
    return (
        "Mean over the utterances [95 % interval]. The interval is a bootstrap over speakers"
        f" ({speakers} here), so it says what other speakers would give; with fewer than ten it"
        " is too narrow. n: utterances; 31/32 means that one of 32 lacks a measure, and means"
        " leave it out. File and payload kbit/s: bits of whole files and of their coded frames"
        " alone, over the seconds of all. Higher is better, save for the phone error rate."
        " PESQ raw is the scale of the paper; NB and WB are the MOS-LQO of today's literature."
        " MUSHRA: the interval is by listener, and says what other listeners would give."
        " Compare systems by their paired differences, not by whether intervals overlap."
        f" Paper: {CITATION}; its rates are nominal."
    )


def _who_listened(table: pd.DataFrame) -> str:
    listeners = int(table["listeners"].max()) if len(table) else 0
    return f"MUSHRA ({panel_size(listeners)})" if listeners else "MUSHRA"


def _cells(row: pd.Series, shown: Mapping[str, Metric]) -> list[str]:
    n, failed = int(row["n"]), int(row["failed"])
    return [
        str(row["system"]).replace("|", "\\|"),
        f"{n - failed}/{n}" if failed else str(n),
        _number(row["file_kbit_s"]),
        _number(row["payload_kbit_s"]),
        *(
            _interval(row[[f"{name}_mean", f"{name}_low", f"{name}_high"]], metric.digits)
            for name, metric in shown.items()
        ),
        _interval(100 * row[_PHONE_COLUMNS], PHONE_ERRORS.digits),
        _interval(row[["mushra", "mushra_low", "mushra_high"]], digits=1),
        _paper(row),
    ]


def _paper(row: pd.Series) -> str:
    if math.isnan(row["paper_pesq_raw"]):
        return "-"
    return f"{row['paper_pesq_raw']:.2f}, {row['paper_mushra']:.1f} at {row['paper_kbit_s']:g}"


def _interval(bounded: pd.Series, digits: int) -> str:
    """A value followed by its bounds, which are left out where there are none."""
    value, low, high = (_number(number, digits) for number in bounded)
    return value if math.isnan(bounded.iloc[1]) else f"{value} [{low}, {high}]"


def _number(value: float, digits: int = 2) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def _markdown_row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
