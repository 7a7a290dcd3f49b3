"""The table of what was tried: mean scores of each variant at each bit rate."""

from collections.abc import Mapping

import pandas as pd

from gan_audio_compression.evaluation.metrics import METRICS


def tabulate_mean_scores(
    scores: pd.DataFrame, variant: str, labels: Mapping[str, str]
) -> tuple[pd.DataFrame, str]:
    """Return the mean scores by bit rate and variant, as a table and as Markdown.

    Args:
        scores: a row for each utterance, variant and rate: bitrate (bit/s), the column `variant`,
            file_kbit_s and the columns of METRICS.
        variant: the column that says what was tried.
        labels: what the table calls each; rows are in the order of the names.
    """
    measures = ["file_kbit_s", *METRICS]
    groups = scores.groupby(["bitrate", variant], sort=True)
    table = groups[measures].mean().assign(utterances=groups.size()).reset_index()
    table[variant] = table[variant].map(labels)
    heads = ["bit/s", variant, "file kbit/s", *(METRICS[m].label for m in METRICS), "n"]
    lines = [heads, ["---"] * len(heads)]
    for row in table.itertuples(index=False):
        rate, label, *values, count = row
        lines.append([str(rate), label, *(f"{value:.3f}" for value in values), str(count)])
    return table, "".join(f"| {' | '.join(line)} |\n" for line in lines)
