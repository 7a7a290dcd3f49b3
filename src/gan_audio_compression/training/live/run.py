"""From log mels to the live codec."""

from dataclasses import replace
from pathlib import Path

import torch

from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.sequence.float_prior import freeze_prior
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.networks.torch_weights import named_weights
from gan_audio_compression.networks.weights import weights_below, weights_under
from gan_audio_compression.signal.loudness import to_loudness
from gan_audio_compression.training.checkpoint import CheckpointStore, History, outcome_digest
from gan_audio_compression.training.crops import CropSampler
from gan_audio_compression.training.live.config import LiveTrainingConfig
from gan_audio_compression.training.live.crops import crop_sampler
from gan_audio_compression.training.live.networks import LiveNetworks
from gan_audio_compression.training.live.stage import LiveStage
from gan_audio_compression.training.live.start import continued_from, started_from
from gan_audio_compression.training.loop import run_stage
from gan_audio_compression.training.observer import Observer
from gan_audio_compression.training.speech import TrainingSpeech, shards_of

_STATISTICS_BATCHES = 16


def train_live(
    speech: TrainingSpeech,
    config: LiveTrainingConfig,
    checkpoints: Path,
    observer: Observer,
    start: SequenceModel | LiveModel | None = None,
) -> tuple[LiveModel, History]:
    """Train; what an earlier run of the same configuration did is not done again.

    Args:
        speech: to learn from.
        config: of the training.
        checkpoints: folder of the checkpoint.
        observer: is told of the progress.
        start: the codec whose weights the networks have at first, and whose last network the
            receiver keeps; the networks of a live codec take the place of the configuration's.
            None to start from random weights.

    Raises:
        TrainingDataError: a split has no speech.
    """
    if isinstance(start, LiveModel):
        config = replace(config, networks=start.networks)
    sampler = crop_sampler(speech.train, config.frames, config.schedule.batch, config.seed)
    watched, count = shards_of(speech.validation), config.runtime.validation_segments
    validation = crop_sampler(watched, config.frames, count, config.seed)
    stage = LiveStage(config, _networks(config, sampler, start), validation.batch(0))
    started = [] if start is None else [start.digest]
    digest = outcome_digest(speech.digest, config, *started)
    store = CheckpointStore(checkpoints, stage.name, digest)
    history = run_stage(stage, sampler, config.schedule, store, observer)
    trained = stage.averaged().to("cpu")
    weights = named_weights(encoder=trained.encoder, generator=trained.generator)
    model = LiveModel(
        config.networks,
        weights,
        freeze_prior(trained.prior),
        digest,
        config.trade,
        config.distortion,
    )
    if start is not None and start.magnitude is not None:
        last = weights_under("magnitude", weights_below(start.weights, "magnitude"))
        model = replace(model, weights=weights | last, magnitude=start.magnitude)
    return model, history


def _networks(
    config: LiveTrainingConfig, sampler: CropSampler, start: SequenceModel | LiveModel | None
) -> LiveNetworks:
    if isinstance(start, LiveModel):
        return continued_from(start, config.runtime.bfloat16)
    if start is not None:
        return started_from(start, config.networks, config.runtime.bfloat16)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        networks = LiveNetworks(config.networks, config.runtime.bfloat16)
    first = torch.cat([sampler.batch(step) for step in range(_STATISTICS_BATCHES)])
    networks.set_statistics(to_loudness(first))
    return networks
