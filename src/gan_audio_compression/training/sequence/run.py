"""From log mels to the sequence codec."""

from dataclasses import replace
from pathlib import Path

import torch

from gan_audio_compression.codec.sequence.float_prior import freeze_prior
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.networks.torch_weights import named_weights
from gan_audio_compression.networks.weights import weights_below, weights_under
from gan_audio_compression.training.checkpoint import CheckpointStore, History, outcome_digest
from gan_audio_compression.training.loop import run_stage
from gan_audio_compression.training.observer import Observer
from gan_audio_compression.training.sequence.config import SequenceTrainingConfig
from gan_audio_compression.training.sequence.crops import crop_sampler
from gan_audio_compression.training.sequence.stage import SequenceStage
from gan_audio_compression.training.speech import TrainingSpeech, shards_of

_STATISTICS_BATCHES = 16


def train_sequence(
    speech: TrainingSpeech,
    config: SequenceTrainingConfig,
    checkpoints: Path,
    observer: Observer,
    start: SequenceModel | None = None,
) -> tuple[SequenceModel, History]:
    """Train; what an earlier run of the same configuration did is not done again.

    Args:
        speech: to learn from.
        config: of the training.
        checkpoints: folder of the checkpoint.
        observer: is told of the progress.
        start: the model to go on from, whose networks take the place of the configuration's; None
            to start from random weights.

    Raises:
        TrainingDataError: a split has no speech.
    """
    if start is not None:
        config = replace(config, networks=start.networks)
    sampler = crop_sampler(speech.train, config.frames, config.schedule.batch, config.seed)
    watched, count = shards_of(speech.validation), config.runtime.validation_segments
    validation = crop_sampler(watched, config.frames, count, config.seed)
    first = torch.cat([sampler.batch(step) for step in range(_STATISTICS_BATCHES)])
    stage = SequenceStage(config, first, validation.batch(0), start)
    started = [] if start is None else [start.digest]
    digest = outcome_digest(speech.digest, config, *started)
    store = CheckpointStore(checkpoints, stage.name, digest)
    history = run_stage(stage, sampler, config.schedule, store, observer)
    trained = stage.averaged().to("cpu")
    weights = named_weights(encoder=trained.encoder, generator=trained.generator)
    if start is not None:
        weights |= weights_under("magnitude", weights_below(start.weights, "magnitude"))
    model = SequenceModel(
        config.networks,
        weights,
        freeze_prior(trained.prior),
        digest,
        config.trade,
        config.distortion,
        magnitude=None if start is None else start.magnitude,
    )
    return model, history
