"""From a codec and speech to the codec with its last network."""

from dataclasses import replace
from pathlib import Path

from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.networks.torch_weights import named_weights
from gan_audio_compression.training.checkpoint import CheckpointStore, History, outcome_digest
from gan_audio_compression.training.loop import run_stage
from gan_audio_compression.training.magnitude.config import MagnitudeTrainingConfig
from gan_audio_compression.training.magnitude.crops import crop_sampler
from gan_audio_compression.training.magnitude.stage import MagnitudeStage
from gan_audio_compression.training.observer import Observer
from gan_audio_compression.training.speech import TrainingSpeech, shards_of


def train_magnitude(
    codec: SequenceModel,
    speech: TrainingSpeech,
    config: MagnitudeTrainingConfig,
    checkpoints: Path,
    observer: Observer,
) -> tuple[SequenceModel, History]:
    """Train the network that the codec has, or a new one; what an earlier run did is kept.

    Args:
        codec: what decodes; it stays as it is but for its network of magnitudes.
        speech: to learn from: waves [n] at the project's level.
        config: of the training.
        checkpoints: folder of the checkpoint.
        observer: is told of the progress.

    Raises:
        TrainingDataError: a split has no speech.
    """
    shape = codec.magnitude or config.network
    if shape is None:
        return codec, []
    sampler = crop_sampler(speech.train, config.frames, config.schedule.batch, config.seed)
    watched, count = shards_of(speech.validation), config.runtime.validation_segments
    validation = crop_sampler(watched, config.frames, count, config.seed)
    stage = MagnitudeStage(codec, shape, config, validation.batch(0))
    digest = outcome_digest(codec.digest, speech.digest, config)
    store = CheckpointStore(checkpoints, stage.name, digest)
    history = run_stage(stage, sampler, config.schedule, store, observer)
    network = stage.averaged().to("cpu")
    network.scale_outputs(config.correction, config.texture, config.texture_above)
    weights = dict(codec.weights) | named_weights(magnitude=network)
    trained = replace(codec, weights=weights, magnitude=shape, training_digest=digest)
    return trained, history
