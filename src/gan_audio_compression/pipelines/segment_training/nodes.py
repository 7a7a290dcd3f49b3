"""Nodes of the segment codec's training."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.evaluation.figures import loss_figure
from gan_audio_compression.pipelines.loops import Partitions
from gan_audio_compression.pipelines.observer import TrackingObserver
from gan_audio_compression.pipelines.training_parameters import SegmentTrainingParameters
from gan_audio_compression.pipelines.training_speech import training_speech
from gan_audio_compression.pipelines.training_start import StartParameters
from gan_audio_compression.training.checkpoint import History
from gan_audio_compression.training.parallel import trained
from gan_audio_compression.training.segment import run
from gan_audio_compression.training.segment.gan_model import GanModel, gan_model_of


def train_gan(
    log_mel: Partitions,
    manifest: pd.DataFrame,
    start: StartParameters,
    parameters: SegmentTrainingParameters,
    processes: int,
    checkpoints: Path,
) -> tuple[GanModel, pd.DataFrame]:
    """Train generator, discriminator and encoder, or take a model's; return a row for each epoch.

    Raises:
        ModelFileError: what training shall start from is no segment model.
    """
    given = start.open(SegmentModel)
    if given is not None and not start.tuned:
        return gan_model_of(given), _table("gan", [])
    speech = training_speech(log_mel, manifest)
    config, observer = parameters.root, TrackingObserver()
    train = partial(run.train_gan, speech, config, checkpoints, observer, given)
    model, history = trained(processes, config.runtime.device, train)
    return model, _table("gan", history)


def train_encoder(
    gan_model: GanModel,
    log_mel: Partitions,
    manifest: pd.DataFrame,
    start: StartParameters,
    parameters: SegmentTrainingParameters,
    processes: int,
    checkpoints: Path,
) -> tuple[SegmentModel, pd.DataFrame]:
    """Train the encoder against the quantiser, or take a model; return a row for each epoch."""
    given = start.open(SegmentModel)
    if given is not None and not start.tuned:
        return given, _table("encoder", [])
    speech = training_speech(log_mel, manifest)
    config, observer = parameters.root, TrackingObserver()
    train = partial(run.train_encoder, gan_model, speech, config, checkpoints, observer)
    model, history = trained(processes, config.runtime.device, train)
    return model, _table("encoder", history)


def join_histories(gan: pd.DataFrame, encoder: pd.DataFrame) -> pd.DataFrame:
    """Return both stages' epochs in one table."""
    return pd.concat([gan, encoder], ignore_index=True)


def plot_square_error(history: pd.DataFrame) -> Figure:
    """Plot the mean square error by epoch (the paper's figure 9)."""
    return _curves_of_gan(
        history,
        {"training": "mse", "validation": "validation_mse"},
        title="Mean square error of the generated log mel (figure 9)",
        ylabel="MSE (log mel in [-1, 1])",
    )


def plot_discriminator_losses(history: pd.DataFrame) -> Figure:
    """Plot the discriminator's losses by epoch (the paper's figure 10)."""
    return _curves_of_gan(
        history,
        {"D on real": "d_real", "D on generated": "d_generated"},
        title="Discriminator loss on real and on generated log mels (figure 10)",
        ylabel="Least-squares loss",
    )


def _curves_of_gan(
    history: pd.DataFrame, columns: Mapping[str, str], *, title: str, ylabel: str
) -> Figure:
    """Plot columns of the GAN stage by epoch; none where a model was taken as it is."""
    rows = history[history["stage"] == "gan"]
    curves = {name: rows[column].tolist() for name, column in columns.items() if column in rows}
    return loss_figure(rows["epoch"].tolist(), curves, title=title, ylabel=ylabel)


def _table(stage: str, history: History) -> pd.DataFrame:
    table = pd.DataFrame(history)
    table.insert(0, "epoch", range(1, len(table) + 1))
    table.insert(0, "stage", stage)
    return table
