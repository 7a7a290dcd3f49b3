"""The speech that trainings learn from, out of the datasets of data preparation."""

from dataclasses import replace

import pandas as pd

from gan_audio_compression.compute.work import item_key
from gan_audio_compression.pipelines.loops import Partitions, rows_of, usable
from gan_audio_compression.signal.spec import SAMPLE_RATE
from gan_audio_compression.training.speech import (
    Shard,
    TrainingSpeech,
    Utterances,
    shards_of,
)


def training_speech(log_mel: Partitions, manifest: pd.DataFrame) -> TrainingSpeech:
    """Return what to train on and to watch progress on; test speech is left alone."""
    rows = usable(manifest)
    learnt_from = rows[rows["split"].isin(["train", "validation"])].sort_values("id")
    return TrainingSpeech(
        train=shards_of(_utterances(log_mel, rows[rows["split"] == "train"])),
        validation=_utterances(log_mel, rows[rows["split"] == "validation"]),
        digest=item_key(*learnt_from["id"], *learnt_from["key"], *learnt_from["split"]),
    )


def training_waves(speech: Partitions, manifest: pd.DataFrame) -> TrainingSpeech:
    """Return the same as waves [n] at the project's level; lengths are in samples."""
    return training_speech(speech, manifest.assign(frames=manifest["seconds"] * SAMPLE_RATE))


def sharded(speech: TrainingSpeech, shards: Partitions, shards_log: pd.DataFrame) -> TrainingSpeech:
    """Return speech that is learnt from by shards, with the variations that they have."""
    rows = usable(shards_log)
    train = [
        Shard(dict(zip(row.names, map(int, row.frames), strict=True)), shards[str(row.id)])
        for row in rows_of(rows)
    ]
    return replace(speech, train=train, digest=item_key(speech.digest, *sorted(rows["key"])))


def _utterances(log_mel: Partitions, rows: pd.DataFrame) -> Utterances:
    frames = zip(rows["id"], rows["frames"], strict=True)
    return {str(id): (int(count), log_mel[str(id)]) for id, count in frames}
