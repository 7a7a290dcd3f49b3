"""The table of mean scores."""

import pandas as pd

from gan_audio_compression.evaluation.mean_scores import tabulate_mean_scores
from gan_audio_compression.evaluation.measure import Metric


def test_means_are_by_rate_and_variant_under_their_labels(metrics: dict[str, Metric]) -> None:
    rows = [("b", 2000, 4.0), ("b", 2000, 2.0), ("a", 2000, 1.0), ("b", 1000, 1.5)]
    scores = pd.DataFrame(
        {"variant": name, "bitrate": rate, "file_kbit_s": rate / 1000}
        | dict.fromkeys(metrics, score)
        for name, rate, score in rows
    )
    table, markdown = tabulate_mean_scores(
        scores, metrics, "variant", {"a": "first", "b": "second"}
    )
    assert table[["bitrate", "variant", "pesq_nb", "utterances"]].to_numpy().tolist() == [
        [1000, "second", 1.5, 1],
        [2000, "first", 1.0, 1],
        [2000, "second", 3.0, 2],
    ]
    last = [cell.strip() for cell in markdown.splitlines()[-1].strip("|").split("|")]
    assert last == ["2000", "second", "2.000", *["3.000"] * len(metrics), "2"]
