"""Nodes of the codec over time."""

from pathlib import Path

import pandas as pd

from gan_audio_compression.codec.sequence.codec import SequenceCodec
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.evaluation.comparison import codec_comparison
from gan_audio_compression.evaluation.systems import System
from gan_audio_compression.pipelines.default_codec.parameters import (
    SequenceCodecParameters,
    SequenceTrainingParameters,
)
from gan_audio_compression.pipelines.evaluation.nodes.tables import join_scores
from gan_audio_compression.pipelines.evaluation.parameters import EvaluationParameters
from gan_audio_compression.pipelines.loops import Partitions
from gan_audio_compression.pipelines.training.nodes import training_speech
from gan_audio_compression.pipelines.training.observer import TrackingObserver
from gan_audio_compression.training.sequence.run import train_sequence

SYSTEMS = (
    System("default_3k", "Default 3k", 3.0, family="Default"),
    System("default_2k", "Default 2k", 2.0, family="Default"),
    System("default_1k", "Default 1k", 1.0, family="Default"),
)


def train_codec(
    log_mel: Partitions,
    manifest: pd.DataFrame,
    parameters: SequenceTrainingParameters,
    checkpoints: Path,
) -> tuple[SequenceModel, pd.DataFrame]:
    """Train the codec over time; return it and a row for each epoch."""
    speech = training_speech(log_mel, manifest)
    model, history = train_sequence(speech, parameters.root, checkpoints, TrackingObserver())
    return model, pd.DataFrame(history).assign(epoch=range(1, len(history) + 1))


def open_sequence(model: SequenceModel, codec: SequenceCodecParameters) -> SequenceCodec:
    """Return the codec over time at one bit rate."""
    return SequenceCodec(model, codec.bitrate)


def compare(
    manifest: pd.DataFrame, parameters: EvaluationParameters, **scores: pd.DataFrame
) -> pd.DataFrame:
    """Return the table of both splits."""
    joined = join_scores(manifest, SYSTEMS, **scores)
    return pd.concat(
        [
            codec_comparison(rows, SYSTEMS, seed=parameters.seed).assign(split=split)
            for split, rows in joined.groupby("split")
        ],
        ignore_index=True,
    )
