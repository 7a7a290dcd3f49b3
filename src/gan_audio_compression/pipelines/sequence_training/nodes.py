"""Nodes of the sequence codec's training."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import torch

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
    rows_of,
    usable,
    utterance_loop,
)
from gan_audio_compression.pipelines.observer import TrackingObserver
from gan_audio_compression.pipelines.sequence_training.parameters import VariationParameters
from gan_audio_compression.pipelines.training_parameters import (
    MagnitudeTrainingParameters,
    SequenceTrainingParameters,
)
from gan_audio_compression.pipelines.training_speech import (
    training_speech,
    training_waves,
    with_variations,
)
from gan_audio_compression.pipelines.training_start import StartParameters
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.variation import Surroundings, Wave, variation
from gan_audio_compression.training.checkpoint import History
from gan_audio_compression.training.magnitude.run import train_magnitude
from gan_audio_compression.training.parallel import trained
from gan_audio_compression.training.sequence.run import train_sequence


def vary_training_speech(
    speech: Partitions,
    manifest: pd.DataFrame,
    parameters: VariationParameters,
    compute: ComputeParameters,
    variations_log_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Give the log mels of variations of each utterance to train on, each with a row.

    What is drawn depends on the utterance, the copy and the surroundings of the corpus alone.
    """
    rows = usable(manifest)
    learnt_from = rows[rows["split"] == "train"]
    elsewhere = rows[rows["split"].isin(SURROUNDINGS)]
    surroundings = Surroundings(
        *([speech[str(id)]() for id in rows["id"][rows["split"] == s]] for s in SURROUNDINGS)
    )
    made_by = item_key(code_digest("signal"), *elsewhere["key"])
    jobs = (
        UtteranceJob(
            f"{row.id}_varied_{copy}",
            item_key(made_by, row.key),
            partial(_copy_of, speech[str(row.id)], copy),
        )
        for row in rows_of(learnt_from)
        for copy in range(parameters.copies)
    )
    yield from utterance_loop(
        compute,
        varied_log_mel,
        jobs,
        surroundings,
        variations_log_so_far,
        "variations",
        outputs=1,
        total=parameters.copies * len(learnt_from),
    )


def varied_log_mel(surroundings: Surroundings, item: tuple[Wave, int]) -> UtteranceResult:
    """Take the log mel of one variation, by its number, of speech [n] at the project's level."""
    speech, copy = item
    varied = variation(speech, surroundings, copy)
    log_mel = log_mel_spectrogram(torch.from_numpy(varied)).numpy()
    return UtteranceResult((log_mel,), {"frames": len(log_mel)})


def _copy_of(load: Callable[[], Wave], copy: int) -> tuple[Wave, int]:
    return load(), copy


def train_sequence_codec(
    log_mel: Partitions,
    manifest: pd.DataFrame,
    varied: Partitions,
    variations: pd.DataFrame,
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
        return given, _by_epoch([])
    speech = with_variations(training_speech(log_mel, manifest), varied, variations)
    config, observer = parameters.root, TrackingObserver()
    train = partial(train_sequence, speech, config, checkpoints, observer, given)
    model, history = trained(processes, config.runtime.device, train)
    return model, _by_epoch(history)


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
        return codec, _by_epoch([])
    originals = training_waves(speech, manifest)
    config, observer = parameters.root, TrackingObserver()
    train = partial(train_magnitude, codec, originals, config, checkpoints, observer)
    model, history = trained(processes, config.runtime.device, train)
    return model, _by_epoch(history)


def _by_epoch(history: History) -> pd.DataFrame:
    return pd.DataFrame(history).assign(epoch=range(1, len(history) + 1))
