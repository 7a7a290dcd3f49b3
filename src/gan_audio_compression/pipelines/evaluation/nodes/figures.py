"""Nodes that plot the figures of the paper and of the bench."""

import pandas as pd
from matplotlib.figure import Figure

from gan_audio_compression.bench.entries import Bench
from gan_audio_compression.evaluation.figures import (
    mel_spectrogram_figure,
    spectrogram_pair_figure,
)
from gan_audio_compression.evaluation.rate_distortion import (
    rate_distortion_figure,
    rate_distortion_points,
    unmeasured_figure,
)
from gan_audio_compression.pipelines.bench import systems_of
from gan_audio_compression.pipelines.evaluation.nodes.scores import NotDecodedError
from gan_audio_compression.pipelines.evaluation.parameters import EvaluationParameters
from gan_audio_compression.pipelines.loops import Partitions, original_speech, usable
from gan_audio_compression.pipelines.measures import MeasureParameters
from gan_audio_compression.signal.spec import HOP, SAMPLE_RATE

RATE_DISTORTION_MEASURES = ("pesq_raw", "pesq_nb", "pesq_wb", "estoi", "visqol")


def plot_original_mel(
    log_mel: Partitions, coding_log: pd.DataFrame, parameters: EvaluationParameters
) -> Figure:
    """Plot the log mel of the utterance that figure 7 shows decoded (the paper's figure 6)."""
    id = example_utterance(coding_log, parameters.reference)
    return mel_spectrogram_figure(
        log_mel[id](), title=f"Mel spectrogram of {id} (figure 6)", hop_seconds=HOP / SAMPLE_RATE
    )


def plot_generated_mel(
    reconstructed_mel: Partitions, coding_log: pd.DataFrame, parameters: EvaluationParameters
) -> Figure:
    """Plot the log mel that the generator made of that utterance (the paper's figure 7)."""
    id = example_utterance(coding_log, parameters.reference)
    return mel_spectrogram_figure(
        reconstructed_mel[f"{parameters.reference}/{id}"](),
        title=f"Generated mel spectrogram of {id} (figure 7)",
        hop_seconds=HOP / SAMPLE_RATE,
    )


def plot_spectrogram_pair(
    speech: Partitions,
    reconstructed_speech: Partitions,
    coding_log: pd.DataFrame,
    manifest: pd.DataFrame,
    parameters: EvaluationParameters,
) -> Figure:
    """Plot original and decoded speech of that utterance (the paper's figure 8)."""
    id = example_utterance(coding_log, parameters.reference)
    return spectrogram_pair_figure(
        original_speech(speech, manifest, id),
        reconstructed_speech[f"{parameters.reference}/{id}"](),
        sample_rate=SAMPLE_RATE,
        title=f"Original and synthesised spectrogram of {id} (figure 8)",
    )


def plot_rate_distortion(
    comparison: pd.DataFrame, bench: Bench, measures: MeasureParameters
) -> dict[str, Figure]:
    """Plot quality over the rate of the files, one figure for each measure.

    That of a measure which the run does not take says so.
    """
    metrics, systems = measures.metrics(), systems_of(bench)
    taken = {
        measure: rate_distortion_figure(
            rate_distortion_points(comparison, systems, measure),
            measure=metrics[measure].label,
            higher_is_better=metrics[measure].higher_is_better,
            title="Quality over file rate, test split",
        )
        for measure in RATE_DISTORTION_MEASURES
        if measure in metrics
    }
    return {m: taken.get(m) or unmeasured_figure(m) for m in RATE_DISTORTION_MEASURES}


def example_utterance(coding_log: pd.DataFrame, system: str) -> str:
    """Return the id of the first utterance of the test split that a system has coded.

    Raises:
        NotDecodedError: there is none.
    """
    rows = usable(coding_log)
    coded = rows.loc[(rows["system"] == system) & (rows["split"] == "test"), "utterance"]
    if coded.empty:
        raise NotDecodedError(f"{system} has coded no test utterance; see the coding log.")
    return str(coded.min())
