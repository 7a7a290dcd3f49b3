"""Nodes of the comparison of receivers."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gan_audio_compression.codec.sequence.codec import SequenceCodec
from gan_audio_compression.codec.sequence.head import HeadModel
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.evaluation.mean_scores import tabulate_mean_scores
from gan_audio_compression.evaluation.metrics import score_utterance
from gan_audio_compression.pipelines.loops import (
    ComputeParameters,
    Partitions,
    Records,
    UtteranceJob,
    UtteranceResult,
    beginning,
    rows_of,
    usable,
    utterance_loop,
)
from gan_audio_compression.pipelines.receivers.parameters import (
    HeadTrainingParameters,
    ReceiverParameters,
)
from gan_audio_compression.pipelines.receivers.receivers import RECEIVERS, receive, received
from gan_audio_compression.pipelines.training.nodes import training_speech
from gan_audio_compression.pipelines.training.observer import TrackingObserver
from gan_audio_compression.signal.loudness_match import MATCHING
from gan_audio_compression.signal.spec import SAMPLE_RATE
from gan_audio_compression.signal.synthesis import SYNTHESIS
from gan_audio_compression.training.head import run

Item = tuple[str, int, NDArray[np.float32]]
"""Receiver, bit rate, and speech [n] at the speaker's level."""


def train_head(
    speech: Partitions,
    manifest: pd.DataFrame,
    codec: SequenceModel,
    parameters: HeadTrainingParameters,
    checkpoints: Path,
) -> tuple[HeadModel, pd.DataFrame]:
    """Train the waveform head on what the codec decodes; return it and a row for each epoch."""
    waves = training_speech(speech, manifest)
    head, history = run.train_head(waves, codec, parameters.root, checkpoints, TrackingObserver())
    return head, pd.DataFrame(history).assign(epoch=range(1, len(history) + 1))


def score_receivers(
    speech: Partitions,
    manifest: pd.DataFrame,
    codec: SequenceModel,
    head: HeadModel,
    parameters: ReceiverParameters,
    compute: ComputeParameters,
    receiver_scores_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Code the beginnings of the validation utterances; score what each receiver makes of them."""
    rows = usable(manifest)
    method = item_key(SYNTHESIS, MATCHING, codec.digest, head.digest, f"{parameters.seconds}")
    jobs = [
        UtteranceJob(
            f"{name}.{bitrate}.{row.id}",
            item_key(method, str(row.key), f"{bitrate}"),
            partial(_load, name, bitrate, parameters.seconds, speech, row),
            {"receiver": name, "bitrate": bitrate, "utterance": row.id},
        )
        for name in RECEIVERS
        for bitrate in parameters.bitrates
        for row in rows_of(rows[rows["split"] == "validation"])
    ]
    yield from utterance_loop(
        compute,
        score_receiver,
        jobs,
        (codec, head),
        receiver_scores_so_far,
        "receivers",
        outputs=0,
        total=len(jobs),
    )


def score_receiver(models: tuple[SequenceModel, HeadModel], item: Item) -> UtteranceResult:
    """Code one utterance at one rate, with the encoder alone, and score one receiver's speech."""
    codec, head = models
    name, bitrate, speech = item
    data = SequenceCodec(codec, bitrate).encode(speech)
    scores = score_utterance(speech, receive(name, received(codec, data), head))
    kbit_s = 8 * len(data) / len(speech) * SAMPLE_RATE / 1000
    return UtteranceResult((), {"file_kbit_s": kbit_s} | scores)


def tabulate_receivers(scores: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return the mean scores by receiver and bit rate, as a table and as Markdown."""
    labels = {name: receiver.label for name, receiver in RECEIVERS.items()}
    return tabulate_mean_scores(usable(scores), "receiver", labels)


def _load(name: str, bitrate: int, seconds: int, speech: Partitions, row: Any) -> Item:
    return name, bitrate, beginning(speech, row, seconds)
