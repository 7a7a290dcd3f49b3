"""Both stages of training from log mels to the codec."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from gan_audio_compression.codec.latent import to_columns
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.quantiser import Quantiser
from gan_audio_compression.entropy.tables import LevelTables
from gan_audio_compression.networks.config import NetworkConfig
from gan_audio_compression.networks.encoder import Encoder
from gan_audio_compression.signal.segments import split_segments
from gan_audio_compression.training.checkpoint import CheckpointStore, History
from gan_audio_compression.training.config import TrainingConfig
from gan_audio_compression.training.encoder import EncoderStage
from gan_audio_compression.training.gan import GanStage
from gan_audio_compression.training.gan_model import GanModel
from gan_audio_compression.training.levels import silence_symbols
from gan_audio_compression.training.loop import run_stage
from gan_audio_compression.training.observer import Observer
from gan_audio_compression.training.segments import LoadLogMel, SegmentSampler, fixed_segments

Utterances = Mapping[str, tuple[int, LoadLogMel]]
"""For each utterance its number of frames and what loads its log mel."""


@dataclass(frozen=True)
class TrainingSpeech:
    """The speech of a training run.

    Attributes:
        train: to learn from.
        validation: to watch progress on.
        digest: of the speech, as one string.
    """

    train: Utterances
    validation: Utterances
    digest: str


def train_gan(
    speech: TrainingSpeech, config: TrainingConfig, checkpoints: Path, observer: Observer
) -> tuple[GanModel, History]:
    """Run the GAN stage; what an earlier run of the same configuration did is not done again."""
    schedule = config.gan.schedule
    stage = GanStage(
        config.networks,
        config.gan,
        config.runtime,
        fixed_segments(speech.validation, config.runtime.validation_segments, config.seed),
        config.seed,
    )
    digest = outcome_digest(speech.digest, config.seed, config.networks, config.gan, config.runtime)
    history = run_stage(
        stage,
        SegmentSampler(speech.train, schedule.batch, config.seed),
        schedule,
        CheckpointStore(checkpoints, stage.name, digest),
        observer,
    )
    model = stage.averaged().to("cpu")
    return GanModel(config.networks, model, config.gan.train_encoder, digest), history


def train_encoder(
    gan: GanModel,
    speech: TrainingSpeech,
    config: TrainingConfig,
    checkpoints: Path,
    observer: Observer,
) -> tuple[CodecModel, History]:
    """Run the encoder stage, then count the levels of the training split for the tables."""
    schedule = config.encoder.schedule
    sampler = SegmentSampler(speech.train, schedule.batch, config.seed + 1)
    weights = hashlib.sha256(gan.to_bytes()).hexdigest()
    digest = outcome_digest(weights, speech.digest, config.seed, config.encoder, config.runtime)
    stage = EncoderStage(
        gan.model,
        sampler,
        config.encoder,
        config.runtime,
        fixed_segments(speech.validation, config.runtime.validation_segments, config.seed),
        gan.encoder_is_trained,
    )
    store = CheckpointStore(checkpoints, stage.name, digest)
    history = run_stage(stage, sampler, schedule, store, observer)
    model = stage.model.eval()
    seen = _count_levels(model.encoder, stage.quantiser, gan.networks, speech.train)
    padding = silence_symbols(model.encoder, stage.quantiser)
    codec = CodecModel(
        gan.networks,
        model.encoder.to("cpu"),
        model.generator.to("cpu"),
        stage.quantiser.to(torch.device("cpu")),
        padding,
        LevelTables.from_histogram(seen),
        digest,
    )
    return codec, history


@torch.no_grad()
def _count_levels(
    encoder: Encoder, quantiser: Quantiser, networks: NetworkConfig, utterances: Utterances
) -> NDArray[np.int64]:
    """Return how often each position of a latent column has each level, [positions, levels]."""
    device = quantiser.levels.device
    positions, levels = networks.latent_channels * 8, len(quantiser.levels)
    seen = np.zeros(positions * levels, dtype=np.int64)
    offsets = levels * np.arange(positions)
    for frames, load in utterances.values():
        images = split_segments(torch.from_numpy(load())).to(device)
        columns = to_columns(quantiser.symbols(encoder(images).float()).cpu(), frames)
        seen += np.bincount((columns + offsets).ravel(), minlength=len(seen))
    return seen.reshape(positions, levels)


def outcome_digest(*parts: object) -> str:
    """Return SHA-256 (hex) of the digests and configurations that decide an outcome."""
    plain = [dataclasses.asdict(p) if dataclasses.is_dataclass(p) else p for p in parts]  # type: ignore[arg-type]
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
