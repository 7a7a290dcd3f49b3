"""Nodes of the ablations of the sequence codec."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from omegaconf import OmegaConf

from gan_audio_compression.bench.codec import Wave
from gan_audio_compression.bench.gac import GacCodec
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.compute.parameters import ComputeParameters
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.evaluation.mean_scores import tabulate_mean_scores
from gan_audio_compression.evaluation.scoring import Scorer
from gan_audio_compression.pipelines.ablations.parameters import AblationParameters
from gan_audio_compression.pipelines.loops import (
    Partitions,
    Records,
    UtteranceJob,
    UtteranceResult,
    at_own_level,
    loader,
    rows_of,
    usable,
    utterance_loop,
)
from gan_audio_compression.pipelines.measures import MeasureParameters
from gan_audio_compression.pipelines.observer import TrackingObserver
from gan_audio_compression.pipelines.training_parameters import SequenceTrainingParameters
from gan_audio_compression.pipelines.training_speech import sharded, training_speech
from gan_audio_compression.signal.spec import SAMPLE_RATE
from gan_audio_compression.training.sequence.run import train_sequence

Item = tuple[str, Wave]
"""Ablation and bit rate, and speech [n] at the speaker's level."""


def train_ablations(
    log_mel: Partitions,
    manifest: pd.DataFrame,
    shards: Partitions,
    shards_log: pd.DataFrame,
    training: dict[str, Any],
    parameters: AblationParameters,
    checkpoints: Path,
) -> Iterator[dict[str, SequenceModel]]:
    """Train each codec on the same speech, with the same seed and for as long."""
    trained: dict[str, SequenceModel] = {}
    originals = training_speech(log_mel, manifest)
    all_speech = sharded(originals, shards, shards_log)
    for name, ablation in parameters.variants.items():
        merged = OmegaConf.merge(training, parameters.training, ablation.training)
        config = SequenceTrainingParameters.model_validate(OmegaConf.to_object(merged)).root
        speech = all_speech if ablation.varied else originals
        observer = TrackingObserver(variant=ablation.label)
        start = trained[ablation.start] if ablation.start else None
        trained[name], _ = train_sequence(speech, config, checkpoints / name, observer, start)
        yield {name: trained[name]}


def score_ablations(
    speech: Partitions,
    manifest: pd.DataFrame,
    models: Partitions,
    parameters: AblationParameters,
    measures: MeasureParameters,
    compute: ComputeParameters,
    ablations_log_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Code, decode and score the beginnings of the validation utterances with each codec."""
    codecs = {
        f"{name}/{bitrate}": GacCodec(load(), bitrate)
        for name, load in models.items()
        for bitrate in parameters.bitrates
    }
    scorer = measures.scorer()
    rows = usable(manifest)
    jobs = []
    for key, codec in codecs.items():
        name, _, bitrate = key.partition("/")
        recipe = item_key(codec.recipe, scorer.recipe, f"{parameters.seconds}")
        jobs += [
            UtteranceJob(
                f"{key}/{row.id}",
                item_key(str(row.key), recipe),
                partial(
                    _load, key, loader(speech, str(row.id)), int(row.level_code), parameters.seconds
                ),
                {"ablation": name, "bitrate": int(bitrate), "utterance": row.id},
            )
            for row in rows_of(rows[rows["split"] == "validation"])
        ]
    context, so_far = (codecs, scorer), ablations_log_so_far
    yield from utterance_loop(
        compute, score_ablation, jobs, context, so_far, "ablations", outputs=0, total=len(jobs)
    )


def score_ablation(context: tuple[Mapping[str, GacCodec], Scorer], item: Item) -> UtteranceResult:
    """Code, decode and score one utterance with one codec at one rate."""
    (codecs, scorer), (key, speech) = context, item
    coded = codecs[key].encode(speech)
    scores = scorer.scores(speech, codecs[key].decode(coded.data).speech)
    kbit_s = 8 * len(coded.data) / len(speech) * SAMPLE_RATE / 1000
    return UtteranceResult((), {"file_kbit_s": kbit_s} | scores)


def tabulate_ablations(
    scores: pd.DataFrame, parameters: AblationParameters, measures: MeasureParameters
) -> tuple[pd.DataFrame, str]:
    """Return the mean scores by ablation and bit rate, as a table and as Markdown."""
    labels = {name: ablation.label for name, ablation in parameters.variants.items()}
    return tabulate_mean_scores(usable(scores), measures.metrics(), "ablation", labels)


def _load(key: str, load: Callable[[], Wave], level_code: int, seconds: int) -> Item:
    return key, at_own_level(load, level_code, seconds)
