"""The sweeps over settings of the segment codec: their table and their figures."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from gan_audio_compression.evaluation.curves import objective_figure
from gan_audio_compression.evaluation.measure import Metric
from gan_audio_compression.evaluation.rate_distortion import rate_distortion_figure

SWEEPS = {"levels": "number of levels", "latents": "number of latents in 1.024 s"}
"""What is swept, by the first part of a variant's name."""

SWEEP_MEASURES = ("pesq_raw", "pesq_wb", "estoi")
"""The metrics that are plotted."""


def tabulate_sweep(
    log: pd.DataFrame, metrics: Mapping[str, Metric], labels: Mapping[str, str]
) -> pd.DataFrame:
    """Return a row for each variant and system.

    Args:
        log: a row for each utterance, variant and system: variant (such as "levels_16"), system
            (its key), bits, seconds, error (None where there is none) and the metrics.
        metrics: of the measures.
        labels: what the table calls each system, by its key.

    Returns:
        sweep, of SWEEPS; setting, how many; system, its label; utterances; kbit_s, bits of all
        files over their seconds; and the mean of each metric.
    """
    rows = []
    usable = log[log["error"].isna()]
    for (variant, system), of in usable.groupby(["variant", "system"], sort=False):
        sweep, _, setting = str(variant).partition("_")
        row = {"sweep": sweep, "setting": int(setting), "system": labels[str(system)]}
        row |= {"utterances": len(of), "kbit_s": of["bits"].sum() / of["seconds"].sum() / 1000}
        rows.append(row | of[[*metrics]].mean().to_dict())
    columns = ["sweep", "setting", "system", "utterances", "kbit_s", *metrics]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["sweep", "setting"], kind="stable", ignore_index=True)


def plot_sweep(
    points: pd.DataFrame, metrics: Mapping[str, Metric], labelled: str
) -> dict[str, Figure]:
    """Plot quality over file rate for each sweep that has points, as `levels_pesq_raw`.

    Args:
        points: the result of `tabulate_sweep`.
        metrics: of the measures; those of SWEEP_MEASURES are plotted.
        labelled: label of the system that has its settings written beside its points.
    """
    return {
        f"{sweep}_{name}": rate_distortion_figure(
            _curves(points[points["sweep"] == sweep], name, labelled),
            measure=metrics[name].label,
            higher_is_better=metrics[name].higher_is_better,
            title=f"Segment codec by {what}",
        )
        for sweep, what in SWEEPS.items()
        for name in SWEEP_MEASURES
        if name in metrics and (points["sweep"] == sweep).any()
    }


def plot_objective(objective: pd.DataFrame, labels: Mapping[str, str]) -> Figure:
    """Plot the objective of each search over its iterations.

    Args:
        objective: system (its key), iteration and objective, the mean over utterances.
        labels: what the figure calls each system, by its key.
    """
    named = objective.assign(system=objective["system"].map(labels))
    return objective_figure(named, title="Objective of the search, validation split")


def _curves(points: pd.DataFrame, name: str, labelled: str) -> pd.DataFrame:
    settings = points["setting"].astype(str)
    return pd.DataFrame(
        {
            "curve": points["system"],
            "label": settings.where(points["system"] == labelled, ""),
            "kbit_s": points["kbit_s"],
            "value": points[name],
        }
    )
