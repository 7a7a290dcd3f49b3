"""Nodes that gather what the report shows, and write it."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gan_audio_compression.bench.entries import Bench
from gan_audio_compression.evaluation.alignment import aligned
from gan_audio_compression.evaluation.figures import spectrogram_grid_figure
from gan_audio_compression.evaluation.machine import describe_machine
from gan_audio_compression.evaluation.report.content import (
    Example,
    Provenance,
    Recording,
    ReportContent,
    ReportFigure,
)
from gan_audio_compression.evaluation.report.page import render_report
from gan_audio_compression.evaluation.sweeps import (
    SWEEP_MEASURES,
    SWEEPS,
    plot_objective,
    plot_sweep,
)
from gan_audio_compression.evaluation.systems import labels_of
from gan_audio_compression.evaluation.words import counted
from gan_audio_compression.pipelines.bench import systems_of
from gan_audio_compression.pipelines.evaluation.nodes.figures import (
    RATE_DISTORTION_MEASURES,
    plot_rate_distortion,
)
from gan_audio_compression.pipelines.evaluation.parameters import EvaluationParameters
from gan_audio_compression.pipelines.loops import Partitions, original_speech, rows_of, usable
from gan_audio_compression.pipelines.measures import MeasureParameters
from gan_audio_compression.provenance import corpus_digest, source_tags
from gan_audio_compression.signal.level import gain_to_speech_level
from gan_audio_compression.signal.spec import SAMPLE_RATE


def gather_examples(
    speech: Partitions,
    reconstructed_speech: Partitions,
    scores: pd.DataFrame,
    manifest: pd.DataFrame,
    bench: Bench,
    parameters: EvaluationParameters,
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
        original = original_speech(speech, manifest, row.id)
        scored = scores[scores["id"] == row.id].set_index("system")
        recordings = [_recording("Original", gain * original, scored)]
        for key, label in bench.labels().items():
            load = reconstructed_speech.get(f"{key}/{row.id}")
            # Speech of an earlier run may lie there of a codec that is not installed now.
            if load is not None and pd.notna(scored["delay_samples"].get(label)):
                delay = int(scored["delay_samples"].loc[label])
                wave = gain * aligned(load(), delay, len(original))
                recordings.append(_recording(label, wave, scored))
        about = {"Speaker": row.speaker, "Sex": row.sex, "Dialect region": row.dialect_region}
        known_about = {name: str(value) for name, value in about.items() if not pd.isna(value)}
        examples.append(Example(row.id, known_about, recordings))
    return examples


def gather_provenance(coding_log: pd.DataFrame, bench: Bench) -> list[Provenance]:
    """Return what coded the files of each system."""
    provenance = []
    for key, label in bench.labels().items():
        log = coding_log[coding_log["system"] == key]
        done = usable(log)
        made_by = "-" if done.empty else str(done["version"].iloc[0])
        how_to_get = "-" if log.empty else str(log["how_to_get"].iloc[0])
        provenance.append(Provenance(label, made_by, how_to_get))
    return provenance


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
    bench: Bench,
    measures: MeasureParameters,
    parameters: EvaluationParameters,
) -> str:
    """Return the report of the bench as one HTML page."""
    metrics, labels = measures.metrics(), labels_of(systems_of(bench))
    shown = [labels[key] for key in parameters.spectrograms]
    curves = _bench_curves(comparison, bench, measures)
    curves += _sweep_curves(sweep_points, search_objective, bench, measures, parameters)
    content = ReportContent(
        metrics=metrics,
        reference=labels[parameters.reference],
        title="Speech codecs at low bit rates",
        introduction=_introduction(manifest),
        comparison=comparison,
        validation=validation,
        groups=groups,
        paired=paired,
        curves=curves,
        spectrograms=[_spectrograms(example, shown) for example in examples[:1]],
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
        speakers = counted(rows["speaker"].nunique(), "speaker")
        parts.append(
            f"{counted(len(rows), 'utterance')} of {speakers}"
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


def _bench_curves(
    comparison: pd.DataFrame, bench: Bench, measures: MeasureParameters
) -> list[ReportFigure]:
    labels = {name: metric.label for name, metric in measures.metrics().items()}
    figures = plot_rate_distortion(comparison, bench, measures)
    return [
        _figure(
            figures[measure],
            f"{labels[measure]} over the rate of the files, mean and 95 % interval.",
        )
        for measure in RATE_DISTORTION_MEASURES
        if measure in labels
    ]


def _sweep_curves(
    points: pd.DataFrame,
    search_objective: pd.DataFrame,
    bench: Bench,
    measures: MeasureParameters,
    parameters: EvaluationParameters,
) -> list[ReportFigure]:
    metrics, labels = measures.metrics(), bench.labels()
    sweeps = plot_sweep(points, metrics, labels[parameters.reference])
    figures = [
        _figure(
            sweeps[f"{sweep}_{measure}"],
            f"The segment codec by {what}: {metrics[measure].label}, each search a line.",
        )
        for sweep, what in SWEEPS.items()
        for measure in SWEEP_MEASURES
        if f"{sweep}_{measure}" in sweeps
    ]
    objective = "The objective of what will be decoded over the iterations of the search."
    return [*figures, _figure(plot_objective(search_objective, labels), objective)]


def _figure(figure: Figure, caption: str) -> ReportFigure:
    return ReportFigure(figure, caption, f"Line chart. {caption}")


def _spectrograms(example: Example, shown: Sequence[str]) -> ReportFigure:
    waves = {r.system: r.wave for r in example.recordings if r.system in shown}
    figure = spectrogram_grid_figure(waves, sample_rate=SAMPLE_RATE, title=example.id)
    caption = f"Spectrograms of {example.id}: {', '.join(waves)}."
    return ReportFigure(figure, caption, f"Images. {caption}")
