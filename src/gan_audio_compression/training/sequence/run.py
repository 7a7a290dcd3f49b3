"""From log mels to the codec over time."""

import dataclasses
import hashlib
import json
from pathlib import Path

import torch

from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.prior import freeze_prior
from gan_audio_compression.training.checkpoint import CheckpointStore, History
from gan_audio_compression.training.loop import run_stage
from gan_audio_compression.training.observer import Observer
from gan_audio_compression.training.run import TrainingSpeech
from gan_audio_compression.training.sequence.config import SequenceTrainingConfig
from gan_audio_compression.training.sequence.crops import CropSampler
from gan_audio_compression.training.sequence.stage import SequenceStage

_STATISTICS_BATCHES = 16


def train_sequence(
    speech: TrainingSpeech,
    config: SequenceTrainingConfig,
    checkpoints: Path,
    observer: Observer,
) -> tuple[SequenceModel, History]:
    """Train; what an earlier run of the same configuration did is not done again.

    Raises:
        TrainingDataError: a split has no speech.
    """
    sampler = CropSampler(speech.train, config.frames, config.schedule.batch, config.seed)
    validation = CropSampler(
        speech.validation, config.frames, config.runtime.validation_segments, config.seed
    )
    first = torch.cat([sampler.batch(step) for step in range(_STATISTICS_BATCHES)])
    stage = SequenceStage(config, first, validation.batch(0))
    digest = _digest(speech.digest, config)
    store = CheckpointStore(checkpoints, stage.name, digest)
    history = run_stage(stage, sampler, config.schedule, store, observer)
    trained = stage.averaged().to("cpu")
    model = SequenceModel(
        config.networks, trained.encoder, trained.generator, freeze_prior(trained.prior), digest
    )
    return model, history


def _digest(speech: str, config: SequenceTrainingConfig) -> str:
    """SHA-256 (hex) of what decides the outcome."""
    plain = json.dumps([speech, dataclasses.asdict(config)], sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()
