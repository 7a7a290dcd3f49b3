"""From speech and a trained codec to a waveform head for it."""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.codec.sequence.head import HeadModel
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.signal.spec import HOP
from gan_audio_compression.training.checkpoint import CheckpointStore, History
from gan_audio_compression.training.head.config import HeadTrainingConfig
from gan_audio_compression.training.head.stage import HeadStage
from gan_audio_compression.training.loop import run_stage
from gan_audio_compression.training.observer import Observer
from gan_audio_compression.training.run import TrainingSpeech, Utterances, outcome_digest
from gan_audio_compression.training.segments import LoadLogMel
from gan_audio_compression.training.sequence.crops import CropSampler


def train_head(
    speech: TrainingSpeech,
    codec: SequenceModel,
    config: HeadTrainingConfig,
    checkpoints: Path,
    observer: Observer,
) -> tuple[HeadModel, History]:
    """Train; what an earlier run of the same configuration did is not done again.

    Args:
        speech: to learn from, with waves [n] in place of log mels.
        codec: whose decoded loudness the head is for.
        config: of the training.
        checkpoints: folder of the checkpoint.
        observer: is told of the progress.

    Raises:
        TrainingDataError: a split has no speech.
    """
    train, validation = (_as_rows(s, config.frames) for s in (speech.train, speech.validation))
    sampler = CropSampler(train, config.frames, config.schedule.batch, config.seed)
    watched = CropSampler(
        validation, config.frames, config.runtime.validation_segments, config.seed
    )
    stage = HeadStage(config, codec, watched.batch(0))
    digest = outcome_digest(speech.digest, codec.digest, config)
    store = CheckpointStore(checkpoints, stage.name, digest)
    history = run_stage(stage, sampler, config.schedule, store, observer)
    return HeadModel(config.networks, stage.averaged().to("cpu"), digest), history


def _as_rows(utterances: Utterances, frames: int) -> Utterances:
    return {
        name: (count, partial(_rows, load, frames)) for name, (count, load) in utterances.items()
    }


def _rows(load: LoadLogMel, frames: int) -> NDArray[np.float32]:
    """Load a wave [n] as rows [n // 128, 128], with silence after it up to `frames` rows."""
    wave = load()
    filled = np.pad(wave, (0, max(0, HOP * frames - len(wave))))
    return filled[: len(filled) // HOP * HOP].reshape(-1, HOP)
