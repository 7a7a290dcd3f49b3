"""Nodes of the sequence codec's training."""

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.component import code_digest
from gan_audio_compression.compute.parameters import ComputeParameters
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.corpus.entry import SURROUNDINGS
from gan_audio_compression.pipelines.loops import (
    Partitions,
    Records,
    UtteranceJob,
    UtteranceResult,
    usable,
    utterance_loop,
)
from gan_audio_compression.pipelines.observer import TrackingObserver
from gan_audio_compression.pipelines.sequence_training.parameters import VariationParameters
from gan_audio_compression.pipelines.training_history import by_epoch
from gan_audio_compression.pipelines.training_parameters import (
    MagnitudeTrainingParameters,
    SequenceTrainingParameters,
)
from gan_audio_compression.pipelines.training_speech import (
    sharded,
    training_speech,
    training_waves,
)
from gan_audio_compression.pipelines.training_start import StartParameters
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.variation import Surroundings, Wave, variation
from gan_audio_compression.training.magnitude.run import train_magnitude
from gan_audio_compression.training.parallel import trained
from gan_audio_compression.training.sequence.run import train_sequence


def shard_training_speech(
    speech: Partitions,
    manifest: pd.DataFrame,
    parameters: VariationParameters,
    compute: ComputeParameters,
    training_shards_log_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Give shards of what to learn from, each with a row: utterances and variations of each.

    What is drawn depends on the utterance, the copy and the surroundings of the corpus alone.
    """
    rows = usable(manifest)
    elsewhere = rows[rows["split"].isin(SURROUNDINGS)]
    surroundings = Surroundings(
        *([speech[str(id)]() for id in rows["id"][rows["split"] == s]] for s in SURROUNDINGS)
    )
    made_by = item_key(code_digest("signal"), str(parameters.copies), *elsewhere["key"])
    jobs = [
        UtteranceJob(
            name,
            item_key(made_by, *of["id"], *of["key"]),
            partial(_waves, {str(id): speech[str(id)] for id in of["id"]}, parameters.copies),
        )
        for name, of in _by_shard(rows[rows["split"] == "train"], parameters.utterances_a_shard)
    ]
    yield from utterance_loop(
        compute,
        shard_of,
        jobs,
        surroundings,
        training_shards_log_so_far,
        "shards of training speech",
        outputs=1,
        total=len(jobs),
    )


def shard_of(surroundings: Surroundings, item: tuple[dict[str, Wave], int]) -> UtteranceResult:
    """Take the log mels of waves [n] at the project's level, by id, and of variations of each."""
    waves, copies = item
    log_mels = {}
    for id, wave in waves.items():
        log_mels[id] = _log_mel(wave)
        for copy in range(copies):
            log_mels[f"{id}_varied_{copy}"] = _log_mel(variation(wave, surroundings, copy))
    frames = [len(log_mel) for log_mel in log_mels.values()]
    return UtteranceResult((log_mels,), {"names": [*log_mels], "frames": frames})


def _log_mel(wave: Wave) -> NDArray[np.float32]:
    return log_mel_spectrogram(wave)


def _waves(loaders: dict[str, Callable[[], Wave]], copies: int) -> tuple[dict[str, Wave], int]:
    return {id: load() for id, load in loaders.items()}, copies


def _by_shard(rows: pd.DataFrame, size: int) -> Iterator[tuple[str, pd.DataFrame]]:
    """Divide utterances into shards of about `size`, at random, by their ids.

    There are 1, 2, 4, 8 ... of them, so that a few more utterances change few shards.
    """
    count = 1
    while count * size < len(rows):
        count *= 2
    shard = [int(hashlib.sha256(str(id).encode()).hexdigest(), 16) % count for id in rows["id"]]
    for number, of in rows.sort_values("id").groupby(pd.Series(shard, rows.index)):
        yield f"{number:05d}_of_{count:05d}", of


def train_sequence_codec(
    log_mel: Partitions,
    manifest: pd.DataFrame,
    shards: Partitions,
    shards_log: pd.DataFrame,
    start: StartParameters,
    processes: int,
    parameters: SequenceTrainingParameters,
    checkpoints: Path,
) -> tuple[SequenceModel, pd.DataFrame]:
    """Train the sequence codec, or take one as it is; return it and a row for each epoch.

    Raises:
        ModelFileError: what training shall start from is no sequence model.
    """
    given = start.open(SequenceModel)
    if given is not None and not start.tuned:
        return given, by_epoch([])
    speech = sharded(training_speech(log_mel, manifest), shards, shards_log)
    config, observer = parameters.root, TrackingObserver()
    train = partial(train_sequence, speech, config, checkpoints, observer, given)
    model, history = trained(processes, config.runtime.device, train)
    return model, by_epoch(history)


def train_magnitude_network(
    codec: SequenceModel,
    speech: Partitions,
    manifest: pd.DataFrame,
    start: StartParameters,
    processes: int,
    parameters: MagnitudeTrainingParameters,
    checkpoints: Path,
) -> tuple[SequenceModel, pd.DataFrame]:
    """Train the receiver's last network on what the codec decodes; return the codec with it.

    It learns from originals alone. A codec that is taken as it is keeps the network that it has.
    """
    if not start.tuned:
        return codec, by_epoch([])
    originals = training_waves(speech, manifest)
    config, observer = parameters.root, TrackingObserver()
    train = partial(train_magnitude, codec, originals, config, checkpoints, observer)
    model, history = trained(processes, config.runtime.device, train)
    return model, by_epoch(history)
