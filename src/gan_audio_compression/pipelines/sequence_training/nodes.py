"""Nodes of the sequence codec's training."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.component import code_digest
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.pipelines.loops import (
    ComputeParameters,
    Partitions,
    Records,
    UtteranceJob,
    UtteranceResult,
    rows_of,
    usable,
    utterance_loop,
)
from gan_audio_compression.pipelines.observer import TrackingObserver
from gan_audio_compression.pipelines.training_parameters import SequenceTrainingParameters
from gan_audio_compression.pipelines.training_speech import training_speech, with_variations
from gan_audio_compression.pipelines.training_start import StartParameters
from gan_audio_compression.training.sequence.run import train_sequence


def vary_training_speech(
    speech: Partitions,
    manifest: pd.DataFrame,
    compute: ComputeParameters,
    variations_log_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Give the log mel of a variation of each utterance to train on, and a row about it.

    What is drawn depends on the utterance alone.
    """
    rows = usable(manifest)
    learnt_from = rows[rows["split"] == "train"]
    jobs = (
        UtteranceJob(str(row.id), item_key(code_digest("signal"), row.key), speech[str(row.id)])
        for row in rows_of(learnt_from)
    )
    yield from utterance_loop(
        compute,
        varied_log_mel,
        jobs,
        None,
        variations_log_so_far,
        "variations",
        outputs=1,
        total=len(learnt_from),
    )


def varied_log_mel(_: None, speech: NDArray[np.float32]) -> UtteranceResult:
    """Take the log mel of a variation of speech [n] at the project's level."""
    import torch

    from gan_audio_compression.signal.analysis import log_mel_spectrogram
    from gan_audio_compression.signal.variation import vary

    draw = np.random.default_rng(zlib.crc32(speech.tobytes()))
    log_mel = log_mel_spectrogram(torch.from_numpy(vary(speech, draw))).numpy()
    return UtteranceResult((log_mel,), {"frames": len(log_mel)})


def train_sequence_codec(
    log_mel: Partitions,
    manifest: pd.DataFrame,
    varied: Partitions,
    variations: pd.DataFrame,
    start: StartParameters,
    parameters: SequenceTrainingParameters,
    checkpoints: Path,
) -> tuple[SequenceModel, pd.DataFrame]:
    """Train the sequence codec, or take one as it is; return it and a row for each epoch.

    Raises:
        ModelFileError: what training shall start from is no sequence model.
    """
    given = start.open(SequenceModel)
    if given is not None and not start.tuned:
        return given, pd.DataFrame({"epoch": []})
    speech = with_variations(training_speech(log_mel, manifest), varied, variations)
    model, history = train_sequence(speech, parameters.root, checkpoints, TrackingObserver(), given)
    return model, pd.DataFrame(history).assign(epoch=range(1, len(history) + 1))
