"""Nodes that tabulate and plot the sweeps."""

import pandas as pd
from matplotlib.figure import Figure

from gan_audio_compression.evaluation.curves import objective_figure
from gan_audio_compression.evaluation.metrics import METRICS
from gan_audio_compression.evaluation.rate_distortion import rate_distortion_figure
from gan_audio_compression.pipelines.loops import rows_of, usable
from gan_audio_compression.pipelines.systems import LABELS

SWEEPS = {"levels": "number of levels", "latents": "number of latents in 1.024 s"}
"""What is swept, by the first part of a variant's name."""

SWEEP_MEASURES = ("pesq_raw", "pesq_wb", "estoi")


def tabulate_sweep(log: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each variant and system.

    Columns: sweep, "levels" or "latents"; setting, how many; system; utterances; kbit_s, bits of
    all files over their seconds; and the mean of each measure.
    """
    rows = []
    for (variant, system), of in usable(log).groupby(["variant", "system"], sort=False):
        sweep, _, setting = str(variant).partition("_")
        row = {"sweep": sweep, "setting": int(setting), "system": LABELS[str(system)]}
        row |= {"utterances": len(of), "kbit_s": of["bits"].sum() / of["seconds"].sum() / 1000}
        rows.append(row | of[[*METRICS]].mean().to_dict())
    return pd.DataFrame(rows).sort_values(["sweep", "setting"], kind="stable", ignore_index=True)


def plot_sweep(points: pd.DataFrame) -> dict[str, Figure]:
    """Plot quality over file rate for each sweep and measure, as `levels_pesq_raw`."""
    return {
        f"{sweep}_{measure}": rate_distortion_figure(
            _curves(points[points["sweep"] == sweep], measure),
            measure=METRICS[measure].label,
            higher_is_better=METRICS[measure].higher_is_better,
            title=f"The paper's codec by {what}",
        )
        for sweep, what in SWEEPS.items()
        for measure in SWEEP_MEASURES
    }


def plot_objective(objective: pd.DataFrame) -> Figure:
    """Plot the objective of each search over its iterations."""
    named = objective.assign(system=objective["system"].map(LABELS))
    return objective_figure(named, title="Objective of the search, validation split")


def _curves(points: pd.DataFrame, measure: str) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "curve": row.system,
                "label": str(row.setting) if row.system == LABELS["bpgan"] else "",
                "kbit_s": row.kbit_s,
                "value": getattr(row, measure),
            }
            for row in rows_of(points)
        ]
    )
