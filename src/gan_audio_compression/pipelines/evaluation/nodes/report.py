"""Nodes that gather what the report shows, and write it."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.evaluation.figures import spectrogram_grid_figure
from gan_audio_compression.evaluation.machine import describe_machine
from gan_audio_compression.evaluation.metrics import METRICS
from gan_audio_compression.evaluation.report.content import (
    Example,
    Provenance,
    Recording,
    ReportContent,
    ReportFigure,
)
from gan_audio_compression.evaluation.report.page import render_report
from gan_audio_compression.hooks import corpus_digest, source_tags
from gan_audio_compression.pipelines.evaluation.nodes.figures import (
    RATE_DISTORTION_MEASURES,
    plot_rate_distortion,
)
from gan_audio_compression.pipelines.evaluation.parameters import EvaluationParameters
from gan_audio_compression.pipelines.loops import Partitions, rows_of, usable
from gan_audio_compression.pipelines.rate_distortion.figures import (
    SWEEP_MEASURES,
    SWEEPS,
    plot_objective,
    plot_sweep,
)
from gan_audio_compression.pipelines.systems import BENCH, LABELS, SYSTEMS
from gan_audio_compression.signal.level import gain_to_speech_level
from gan_audio_compression.signal.spec import SAMPLE_RATE

_SPECTROGRAMS = ("original", "bpgan", "transform_2k", "codec2_2400", "amr_wide", "opus_9k")


def gather_examples(
    speech: Partitions,
    scores: pd.DataFrame,
    manifest: pd.DataFrame,
    parameters: EvaluationParameters,
    **decoded: Partitions,
) -> list[Example]:
    """Return some utterances of the test split as they were and as each system gives them back."""
    rows = usable(manifest)
    tested = rows[rows["split"] == "test"].sort_values(["speaker", "id"])
    count = min(parameters.examples, len(tested))
    chosen = tested.iloc[np.arange(count) * len(tested) // max(count, 1)]
    examples = []
    for row in rows_of(chosen):
        # Played at one level, since corpora differ by 20 dB; one gain for all systems.
        gain = np.float32(gain_to_speech_level(int(row.level_code)))
        waves = {"original": speech[row.id]()}
        waves |= {system: gain * of[row.id]() for system, of in decoded.items() if row.id in of}
        scored = scores[scores["id"] == row.id].set_index("system")
        # Speech of an earlier run may lie there of a codec that is not installed now.
        coded = set(scored.index[scored["bits"].notna()])
        recordings = [
            _recording(system.label, waves[system.key], scored)
            for system in BENCH
            if system.key in waves and system.label in coded
        ]
        about = {"Speaker": row.speaker, "Sex": row.sex, "Dialect region": row.dialect_region}
        known_about = {name: str(value) for name, value in about.items() if not pd.isna(value)}
        examples.append(Example(row.id, known_about, recordings))
    return examples


def gather_provenance(codec_model: CodecModel, **coding_logs: pd.DataFrame) -> list[Provenance]:
    """Return what coded the files of each system."""
    made_by = dict.fromkeys(SYSTEMS, f"This project, model {codec_model.digest[:16]}")
    how_to_get = dict.fromkeys(SYSTEMS, "part of this project")
    for system, log in coding_logs.items():
        done = usable(log)
        made_by[system] = "-" if done.empty else str(done["version"].iloc[0])
        how_to_get[system] = str(log["how_to_get"].iloc[0])
    return [
        Provenance(system.label, made_by[system.key], how_to_get[system.key])
        for system in BENCH
        if system.key in made_by
    ]


def write_report(
    comparison: pd.DataFrame,
    validation: pd.DataFrame,
    groups: pd.DataFrame,
    paired: pd.DataFrame,
    sweep_points: pd.DataFrame,
    search_objective: pd.DataFrame,
    examples: Sequence[Example],
    provenance: Sequence[Provenance],
    manifest: pd.DataFrame,
    parameters: EvaluationParameters,
) -> str:
    """Return the report of the bench as one HTML page."""
    content = ReportContent(
        title="Speech codecs at low bit rates",
        introduction=_introduction(manifest),
        comparison=comparison,
        validation=validation,
        groups=groups,
        paired=paired,
        curves=_curves(comparison, sweep_points, search_objective),
        spectrograms=[_spectrograms(example) for example in examples[:1]],
        examples=examples,
        provenance=provenance,
        machine=_facts(manifest),
        command=" ".join(["kedro", *sys.argv[1:]]),
        seeds={"bootstrap over speakers": parameters.seed},
    )
    return render_report(content)


def _recording(label: str, wave: NDArray[np.float32], scored: pd.DataFrame) -> Recording:
    size, bit_rate, pesq_raw = (
        float(scored[column].loc[label]) for column in ("bits", "file_bit_rate", "pesq_raw")
    )
    return Recording(label, wave, int(size) // 8, bit_rate / 1000, pesq_raw)


def _introduction(manifest: pd.DataFrame) -> str:
    parts = []
    for split in ("test", "validation"):
        rows = usable(manifest)
        rows = rows[rows["split"] == split]
        speakers = rows["speaker"].nunique()
        parts.append(
            f"{len(rows)} utterances of {speakers} {'speaker' if speakers == 1 else 'speakers'}"
            f" ({rows['seconds'].sum() / 60:.1f} minutes) in the {split} split"
        )
    return (
        "The systems of the paper's table 3, measured in one run beside what the paper leaves out:"
        f" {' and '.join(parts)}."
    )


def _facts(manifest: pd.DataFrame) -> dict[str, str]:
    source = source_tags(Path.cwd())
    changed = ", with changes" if source["git_dirty"] == "true" else ""
    return {
        **describe_machine(),
        "Commit": f"{source['git_commit'][:12]}{changed}",
        "Corpus": corpus_digest(manifest)[:16],
    }


def _curves(
    comparison: pd.DataFrame, sweep_points: pd.DataFrame, search_objective: pd.DataFrame
) -> list[ReportFigure]:
    codecs = plot_rate_distortion(comparison)
    sweeps = plot_sweep(sweep_points)
    figures = [
        _figure(
            codecs[measure],
            f"{METRICS[measure].label} over the rate of the files, mean and 95 % interval.",
        )
        for measure in RATE_DISTORTION_MEASURES
    ]
    figures += [
        _figure(
            sweeps[f"{sweep}_{measure}"],
            f"The paper's codec by {what}: {METRICS[measure].label}, each search a line.",
        )
        for sweep, what in SWEEPS.items()
        for measure in SWEEP_MEASURES
    ]
    objective = "The objective of what will be decoded over the iterations of the search."
    return [*figures, _figure(plot_objective(search_objective), objective)]


def _figure(figure: Figure, caption: str) -> ReportFigure:
    return ReportFigure(figure, caption, f"Line chart. {caption}")


def _spectrograms(example: Example) -> ReportFigure:
    shown = [LABELS[system] for system in _SPECTROGRAMS]
    waves = {r.system: r.wave for r in example.recordings if r.system in shown}
    figure = spectrogram_grid_figure(waves, sample_rate=SAMPLE_RATE, title=example.id)
    caption = f"Spectrograms of {example.id}: {', '.join(waves)}."
    return ReportFigure(figure, caption, f"Images. {caption}")
