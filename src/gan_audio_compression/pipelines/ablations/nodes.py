"""Nodes of the ablations."""

from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from omegaconf import OmegaConf

from gan_audio_compression.codec.sequence.codec import SequenceCodec
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.evaluation.mean_scores import tabulate_mean_scores
from gan_audio_compression.evaluation.metrics import score_utterance
from gan_audio_compression.pipelines.ablations.parameters import Ablation, AblationParameters
from gan_audio_compression.pipelines.default_codec.nodes import with_variations
from gan_audio_compression.pipelines.default_codec.parameters import SequenceTrainingParameters
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
from gan_audio_compression.pipelines.training.nodes import training_speech
from gan_audio_compression.pipelines.training.observer import TrackingObserver
from gan_audio_compression.signal.loudness_match import MATCHING
from gan_audio_compression.signal.spec import SAMPLE_RATE
from gan_audio_compression.signal.synthesis import SYNTHESIS
from gan_audio_compression.training.sequence.run import train_sequence


class AblationStartError(GanAudioCompressionError):
    """An ablation goes on from one that is not trained before it."""


Item = tuple[str, int, NDArray[np.float32]]
"""Ablation, bit rate, and speech [n] at the speaker's level."""


def train_ablations(
    log_mel: Partitions,
    manifest: pd.DataFrame,
    varied: Partitions,
    variations: pd.DataFrame,
    files: Partitions,
    training: dict[str, Any],
    parameters: AblationParameters,
    checkpoints: Path,
) -> Iterator[dict[str, SequenceModel]]:
    """Train each codec on the same speech, with the same seed and for as long.

    Raises:
        AblationStartError: one goes on from another that is not before it.
    """
    trained: dict[str, SequenceModel] = {}
    originals = training_speech(log_mel, manifest)
    all_speech = with_variations(originals, varied, variations)
    for name, ablation in _ablations(files).items():
        merged = OmegaConf.merge(training, parameters.training, ablation.training)
        config = SequenceTrainingParameters.model_validate(OmegaConf.to_object(merged)).root
        speech = all_speech if ablation.varied else originals
        observer = TrackingObserver(prefix=f"ablation.{name}.")
        if ablation.start is not None and ablation.start not in trained:
            raise AblationStartError(
                f"The ablation {name} starts from {ablation.start}, which is not trained before it;"
                f" give one of {', '.join(trained) or 'none'}."
            )
        start = trained[ablation.start] if ablation.start else None
        trained[name], _ = train_sequence(speech, config, checkpoints / name, observer, start)
        yield {name: trained[name]}


def score_ablations(
    speech: Partitions,
    manifest: pd.DataFrame,
    models: Partitions,
    parameters: AblationParameters,
    compute: ComputeParameters,
    ablation_scores_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Code, decode and score the beginnings of the validation utterances with each codec."""
    # As bytes: workers get tensors by file descriptors, and all models have too many of them.
    opened = {name: load() for name, load in models.items()}
    files = {name: model.to_bytes() for name, model in opened.items()}
    rows = usable(manifest)
    jobs = [
        UtteranceJob(
            f"{name}.{bitrate}.{row.id}",
            item_key(
                SYNTHESIS, MATCHING, str(row.key), model.digest, f"{bitrate} {parameters.seconds}"
            ),
            partial(_load, name, bitrate, parameters.seconds, speech, row),
            {"ablation": name, "bitrate": bitrate, "utterance": row.id},
        )
        for name, model in opened.items()
        for bitrate in parameters.bitrates
        for row in rows_of(rows[rows["split"] == "validation"])
    ]
    yield from utterance_loop(
        compute,
        score_ablation,
        jobs,
        files,
        ablation_scores_so_far,
        "ablations",
        outputs=0,
        total=len(jobs),
    )


def score_ablation(files: Mapping[str, bytes], item: Item) -> UtteranceResult:
    """Code, decode and score one utterance with one codec, of its model file, at one rate."""
    name, bitrate, speech = item
    codec = SequenceCodec(_opened(files[name]), bitrate)
    data = codec.encode(speech)
    scores = score_utterance(speech, codec.decode(data))
    kbit_s = 8 * len(data) / len(speech) * SAMPLE_RATE / 1000
    return UtteranceResult((), {"file_kbit_s": kbit_s} | scores)


def tabulate_ablations(scores: pd.DataFrame, files: Partitions) -> tuple[pd.DataFrame, str]:
    """Return the mean scores by ablation and bit rate, as a table and as Markdown."""
    labels = {name: ablation.label for name, ablation in _ablations(files).items()}
    return tabulate_mean_scores(usable(scores), "ablation", labels)


def _ablations(files: Partitions) -> dict[str, Ablation]:
    return {name: Ablation.model_validate(files[name]()) for name in sorted(files)}


def _load(name: str, bitrate: int, seconds: int, speech: Partitions, row: Any) -> Item:
    return name, bitrate, beginning(speech, row, seconds)


@lru_cache(maxsize=1)
def _opened(file: bytes) -> SequenceModel:
    return SequenceModel.from_bytes(file)
