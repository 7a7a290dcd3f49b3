"""Nodes that join scores and compare the systems."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from gan_audio_compression.bench.entries import Bench
from gan_audio_compression.evaluation.comparison import codec_comparison, comparison_markdown
from gan_audio_compression.evaluation.groups import (
    GROUPINGS,
    group_comparison,
    paired_differences,
)
from gan_audio_compression.evaluation.measure import Metric
from gan_audio_compression.evaluation.systems import labels_of
from gan_audio_compression.pipelines.bench import systems_of
from gan_audio_compression.pipelines.evaluation.parameters import EvaluationParameters
from gan_audio_compression.pipelines.loops import rows_of
from gan_audio_compression.pipelines.measures import MeasureParameters


def join_scores(
    scores: pd.DataFrame,
    ceilings: pd.DataFrame,
    manifest: pd.DataFrame,
    bench: Bench,
    measures: MeasureParameters,
) -> pd.DataFrame:
    """Return all systems' scores in one table, with their groups.

    Systems stand by their labels, in the order of tables; one that left the bench is left out. A
    failed utterance has its error as the `reason` that its measures are missing.
    """
    labels = labels_of(systems_of(bench))
    table = pd.concat([ceilings, scores], ignore_index=True)
    table = table[table["system"].isin(list(labels))]
    columns = ["bits", "payload_bits", *measures.metrics(), "phone_errors", "phones", "reason"]
    table = table.reindex(columns=[*dict.fromkeys([*table.columns, *columns])])
    table["reason"] = table["reason"].where(table["error"].isna(), table["error"])
    table["file_bit_rate"] = table["bits"].astype(float) / table["seconds"]
    table = table.sort_values("system", key=lambda keys: keys.map([*labels].index), kind="stable")
    table["system"] = table["system"].map(labels)
    table = table.drop(columns=["id", "key", "error", "compute_seconds"])
    speakers = manifest[["id", *GROUPINGS]]
    return table.rename(columns={"utterance": "id"}).merge(speakers, on="id")


def compare_codecs(
    scores: pd.DataFrame,
    mushra: pd.DataFrame,
    bench: Bench,
    measures: MeasureParameters,
    parameters: EvaluationParameters,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, str, dict[str, dict[str, float]]]:
    """Return table 3 on the test split, twice, and on validation; the text; MLflow's metrics.

    Listeners heard the test split.
    """
    metrics, systems = measures.metrics(), systems_of(bench)
    heard = {"test": mushra, "validation": None}
    tables = {
        split: codec_comparison(
            scores[scores["split"] == split],
            metrics,
            systems,
            seed=parameters.seed,
            mushra=of_listeners,
        )
        for split, of_listeners in heard.items()
    }
    report = "\n".join(
        f"## {split.capitalize()}\n\n{comparison_markdown(table, metrics)}"
        for split, table in tables.items()
    )
    test, validation = tables["test"], tables["validation"]
    means = _means(tables, metrics, {system.label: system.key for system in systems})
    return test, test, validation, f"# Codec comparison\n\n{report}", means


def compare_groups(
    scores: pd.DataFrame,
    bench: Bench,
    measures: MeasureParameters,
    parameters: EvaluationParameters,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the test split by its groups, and against the reference."""
    metrics = measures.metrics()
    test = scores[scores["split"] == "test"]
    groups = group_comparison(test, metrics, seed=parameters.seed)
    reference = bench.labels()[parameters.reference]
    return groups, paired_differences(test, metrics, reference, seed=parameters.seed)


def _means(
    tables: Mapping[str, pd.DataFrame], metrics: Mapping[str, Metric], keys: Mapping[str, str]
) -> dict[str, dict[str, float]]:
    """Return the means of every system as MLflow takes them."""
    columns = {f"{metric}_mean": metric for metric in metrics}
    columns |= {name: name for name in ("file_kbit_s", "payload_kbit_s", "phone_error_rate")}
    values = {
        f"{split}.{keys[row.system]}.{name}": getattr(row, column)
        for split, table in tables.items()
        for row in rows_of(table)
        for column, name in columns.items()
    }
    return {name: {"value": v, "step": 0} for name, v in values.items() if not np.isnan(v)}
