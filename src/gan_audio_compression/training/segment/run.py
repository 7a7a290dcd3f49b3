"""Both stages of training, from log mels to the segment codec."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from gan_audio_compression.codec.segment.columns import to_columns
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.segment.quantiser import Quantiser
from gan_audio_compression.entropy.tables import LevelTables
from gan_audio_compression.networks.segment.config import SegmentConfig
from gan_audio_compression.signal.segments import split_segments
from gan_audio_compression.training.checkpoint import CheckpointStore, History, outcome_digest
from gan_audio_compression.training.loop import run_stage
from gan_audio_compression.training.observer import Observer
from gan_audio_compression.training.segment.config import (
    EncoderStageConfig,
    GanStageConfig,
    SegmentTrainingConfig,
)
from gan_audio_compression.training.segment.encoder import EncoderStage
from gan_audio_compression.training.segment.gan import GanStage
from gan_audio_compression.training.segment.gan_model import GanModel, gan_model_of
from gan_audio_compression.training.segment.images import fixed_segments, segment_sampler
from gan_audio_compression.training.segment.levels import silence_symbols
from gan_audio_compression.training.speech import Shard, TrainingSpeech


def train_gan(
    speech: TrainingSpeech,
    config: SegmentTrainingConfig,
    checkpoints: Path,
    observer: Observer,
    start: SegmentModel | None = None,
) -> tuple[GanModel, History]:
    """Run the GAN stage; what an earlier run of the same configuration did is not done again.

    Args:
        speech: to learn from.
        config: of the training.
        checkpoints: folder of the checkpoint.
        observer: is told of the progress.
        start: the model to go on from, whose networks take the place of the configuration's; None
            to start from random weights.
    """
    if start is not None:
        config = replace(config, networks=start.networks)
    schedule = config.gan.schedule
    held_out = fixed_segments(speech.validation, config.runtime.validation_segments, config.seed)
    stage = GanStage(config, held_out, None if start is None else gan_model_of(start).model)
    started = [] if start is None else [start.digest]
    # Another schedule of the encoder stage changes nothing here.
    digest = outcome_digest(speech.digest, replace(config, encoder=EncoderStageConfig()), *started)
    history = run_stage(
        stage,
        segment_sampler(speech.train, schedule.batch, config.seed),
        schedule,
        CheckpointStore(checkpoints, stage.name, digest),
        observer,
    )
    model = stage.averaged().to("cpu")
    return GanModel(config.networks, model, digest), history


def train_encoder(
    gan: GanModel,
    speech: TrainingSpeech,
    config: SegmentTrainingConfig,
    checkpoints: Path,
    observer: Observer,
) -> tuple[SegmentModel, History]:
    """Run the encoder stage, then count the levels of the training split for the tables."""
    schedule = config.encoder.schedule
    sampler = segment_sampler(speech.train, schedule.batch, config.seed + 1)
    weights = hashlib.sha256(gan.to_bytes()).hexdigest()
    digest = outcome_digest(weights, speech.digest, replace(config, gan=GanStageConfig()))
    held_out = fixed_segments(speech.validation, config.runtime.validation_segments, config.seed)
    stage = EncoderStage(gan.model, sampler, config, held_out)
    store = CheckpointStore(checkpoints, stage.name, digest)
    history = run_stage(stage, sampler, schedule, store, observer)
    model = stage.model.eval()
    counts = _count_levels(model.encoder, stage.quantiser, gan.networks, speech.train)
    padding = silence_symbols(model.encoder, stage.quantiser)
    codec = SegmentModel(
        gan.networks,
        model.encoder.to("cpu"),
        model.generator.to("cpu"),
        stage.quantiser.to(torch.device("cpu")),
        padding,
        LevelTables.from_histogram(counts),
        digest,
    )
    return codec, history


@torch.no_grad()
def _count_levels(
    encoder: nn.Module, quantiser: Quantiser, networks: SegmentConfig, shards: Sequence[Shard]
) -> NDArray[np.int64]:
    """Return how often each position of a latent column has each level, [positions, levels]."""
    device = quantiser.levels.device
    positions, levels = networks.positions, len(quantiser.levels)
    counts = np.zeros(positions * levels, dtype=np.int64)
    offsets = levels * np.arange(positions)
    for log_mel in chain.from_iterable(shard.load().values() for shard in shards):
        images = split_segments(torch.from_numpy(log_mel)).to(device)
        columns = to_columns(quantiser.symbols(encoder(images).float()).cpu(), len(log_mel))
        counts += np.bincount((columns + offsets).ravel(), minlength=len(counts))
    return counts.reshape(positions, levels)
