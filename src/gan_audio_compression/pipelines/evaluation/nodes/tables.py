"""Nodes that join scores and compare the systems."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gan_audio_compression.evaluation.comparison import codec_comparison, comparison_markdown
from gan_audio_compression.evaluation.groups import group_comparison, paired_differences
from gan_audio_compression.evaluation.metrics import METRICS
from gan_audio_compression.evaluation.systems import System
from gan_audio_compression.pipelines.evaluation.parameters import EvaluationParameters
from gan_audio_compression.pipelines.loops import rows_of
from gan_audio_compression.pipelines.systems import BENCH, REFERENCE

_COLUMNS = ("bits", "payload_bits", *METRICS, "phone_errors", "phones", "reason")


def join_bench(manifest: pd.DataFrame, **scores: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of all systems of the bench in one table, see `join_scores`."""
    return join_scores(manifest, BENCH, **scores)


def join_scores(
    manifest: pd.DataFrame, systems: Sequence[System], **scores: pd.DataFrame
) -> pd.DataFrame:
    """Return the systems' scores in one table, with speaker, sex and dialect region.

    A failed utterance has its error as the `reason` that its measures are missing.
    """
    named = [scores[system.key].assign(system=system.label) for system in systems]
    table = pd.concat(named, ignore_index=True)
    table = table.reindex(columns=[*dict.fromkeys([*table.columns, *_COLUMNS])])
    table["reason"] = table["reason"].where(table["error"].isna(), table["error"])
    table["file_bit_rate"] = table["bits"].astype(float) / table["seconds"]
    speakers = manifest[["id", "speaker", "sex", "dialect_region"]]
    return table.drop(columns=["key", "error", "compute_seconds"]).merge(speakers, on="id")


def compare_codecs(
    scores: pd.DataFrame, mushra: pd.DataFrame, parameters: EvaluationParameters
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, str, dict[str, dict[str, float]]]:
    """Return table 3 on the test split, twice, and on validation; the text; MLflow's metrics.

    Listeners heard the test split.
    """
    heard = {"test": mushra, "validation": None}
    tables = {
        split: codec_comparison(
            scores[scores["split"] == split], BENCH, seed=parameters.seed, mushra=of_listeners
        )
        for split, of_listeners in heard.items()
    }
    report = "\n".join(
        f"## {s.capitalize()}\n\n{comparison_markdown(t)}" for s, t in tables.items()
    )
    test, validation = tables["test"], tables["validation"]
    return test, test, validation, f"# Codec comparison\n\n{report}", _metrics(tables)


def compare_groups(
    scores: pd.DataFrame, parameters: EvaluationParameters
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the test split by speaker, sex and dialect region, and against BPGAN."""
    test = scores[scores["split"] == "test"]
    groups = group_comparison(test, seed=parameters.seed)
    return groups, paired_differences(test, REFERENCE, seed=parameters.seed)


def _metrics(tables: dict[str, pd.DataFrame]) -> dict[str, dict[str, float]]:
    """Return the means of every system as MLflow takes them."""
    keys = {system.label: system.key for system in BENCH}
    columns = {f"{metric}_mean": metric for metric in METRICS}
    columns |= {name: name for name in ("file_kbit_s", "payload_kbit_s", "phone_error_rate")}
    values = {
        f"{split}.{keys[row.system]}.{name}": getattr(row, column)
        for split, table in tables.items()
        for row in rows_of(table)
        for column, name in columns.items()
    }
    return {name: {"value": v, "step": 0} for name, v in values.items() if not np.isnan(v)}
