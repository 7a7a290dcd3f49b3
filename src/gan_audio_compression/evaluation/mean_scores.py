"""The table of what was tried: mean scores of each variant at each bit rate."""

from collections.abc import Mapping

import pandas as pd

from gan_audio_compression.evaluation.measure import Metric


def tabulate_mean_scores(
    scores: pd.DataFrame,
    metrics: Mapping[str, Metric],
    variant: str,
    labels: Mapping[str, str],
) -> tuple[pd.DataFrame, str]:
    """Return the mean scores by bit rate and variant, as a table and as Markdown.

    Args:
        scores: a row for each utterance, variant and rate: bitrate (bit/s), the column `variant`,
            file_kbit_s and the metrics.
        metrics: of the measures, in the order of the table.
        variant: the column that says what was tried.
        labels: what the table calls each; rows are in the order of the names.
    """
    measures = ["file_kbit_s", *metrics]
    groups = scores.groupby(["bitrate", variant], sort=True)
    table = groups[measures].mean().assign(utterances=groups.size()).reset_index()
    table[variant] = table[variant].map(labels)
    heads = ["bit/s", variant, "file kbit/s", *(metric.label for metric in metrics.values()), "n"]
    lines = [heads, ["---"] * len(heads)]
    for row in table.itertuples(index=False):
        rate, label, *values, count = row
        lines.append([str(rate), label, *(f"{value:.3f}" for value in values), str(count)])
    return table, "".join(f"| {' | '.join(line)} |\n" for line in lines)
