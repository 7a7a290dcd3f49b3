"""Node of the live codec's training."""

from functools import partial
from pathlib import Path

import pandas as pd

from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.pipelines.loops import Partitions
from gan_audio_compression.pipelines.observer import TrackingObserver
from gan_audio_compression.pipelines.training_history import by_epoch
from gan_audio_compression.pipelines.training_parameters import LiveTrainingParameters
from gan_audio_compression.pipelines.training_speech import sharded, training_speech
from gan_audio_compression.pipelines.training_start import LiveStartParameters
from gan_audio_compression.training.live.run import train_live
from gan_audio_compression.training.parallel import trained


def train_live_codec(
    log_mel: Partitions,
    manifest: pd.DataFrame,
    shards: Partitions,
    shards_log: pd.DataFrame,
    sequence: SequenceModel,
    start: LiveStartParameters,
    processes: int,
    parameters: LiveTrainingParameters,
    checkpoints: Path,
) -> tuple[LiveModel, pd.DataFrame]:
    """Train the live codec from another, or from the sequence codec; return it and its epochs.

    Raises:
        ModelFileError: what training shall start from is no model of the live codec.
    """
    given = start.open() or sequence
    speech = sharded(training_speech(log_mel, manifest), shards, shards_log)
    config, observer = parameters.root, TrackingObserver()
    train = partial(train_live, speech, config, checkpoints, observer, given)
    model, history = trained(processes, config.runtime.device, train)
    return model, by_epoch(history)
