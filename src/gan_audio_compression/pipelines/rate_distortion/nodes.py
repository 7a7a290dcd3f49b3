"""Nodes of the sweeps."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gan_audio_compression.bench.codec import Wave
from gan_audio_compression.bench.entries import Bench, open_codec
from gan_audio_compression.bench.gac import GacCodec
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.segment.search import search
from gan_audio_compression.compute.parameters import ComputeParameters
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.evaluation import sweeps
from gan_audio_compression.evaluation.scoring import Scorer
from gan_audio_compression.networks.segment.config import with_latents
from gan_audio_compression.pipelines.loops import (
    Partitions,
    Records,
    UtteranceJob,
    UtteranceResult,
    at_own_level,
    loader,
    rows_of,
    spread,
    usable,
    utterance_loop,
)
from gan_audio_compression.pipelines.measures import MeasureParameters
from gan_audio_compression.pipelines.observer import TrackingObserver
from gan_audio_compression.pipelines.rate_distortion.parameters import SweepParameters
from gan_audio_compression.pipelines.training_parameters import SegmentTrainingParameters
from gan_audio_compression.pipelines.training_speech import training_speech
from gan_audio_compression.signal.segments import frame_mask
from gan_audio_compression.training.segment.levels import encoder_latents, refit_levels
from gan_audio_compression.training.segment.run import train_encoder, train_gan

Context = tuple[Mapping[str, GacCodec], Scorer]
"""The codecs by variant and system, and what scores."""


class SweepError(GanAudioCompressionError):
    """A system of the bench cannot be swept."""


def train_latent_variants(
    log_mel: Partitions,
    manifest: pd.DataFrame,
    parameters: SegmentTrainingParameters,
    sweep: SweepParameters,
    checkpoints: Path,
) -> dict[str, SegmentModel]:
    """Train the codec with other numbers of latents a segment, as `latents_512`.

    Raises:
        ValueError: the networks have no such number of latents.
    """
    models, speech = {}, training_speech(log_mel, manifest)
    for latents in sweep.latents:
        config = parameters.root
        config = replace(config, networks=with_latents(config.networks, latents))
        name = f"latents_{latents}"
        folder, observer = checkpoints / name, TrackingObserver(variant=f"latents {latents}")
        gan, _ = train_gan(speech, config, folder, observer)
        models[name], _ = train_encoder(gan, speech, config, folder, observer)
    return models


def fit_level_variants(
    segment_model: SegmentModel, log_mel: Partitions, manifest: pd.DataFrame, sweep: SweepParameters
) -> dict[str, SegmentModel]:
    """Give the trained codec other numbers of levels, as `levels_16`; its networks stay."""
    rows = usable(manifest)
    rows = spread(rows[rows["split"] == "train"], sweep.training_utterances)
    utterances = {str(row.id): (int(row.frames), log_mel[str(row.id)]) for row in rows_of(rows)}
    latents = encoder_latents(segment_model, utterances)
    return {f"levels_{n}": refit_levels(segment_model, latents, n) for n in sweep.levels}


def code_variants(
    speech: Partitions,
    manifest: pd.DataFrame,
    level_variants: Partitions,
    latent_variants: Partitions,
    bench: Bench,
    measures: MeasureParameters,
    sweep: SweepParameters,
    compute: ComputeParameters,
    sweep_log_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Code, decode and score some test utterances with each variant and each search."""
    rows = usable(manifest)
    chosen = spread(rows[rows["split"] == "test"], sweep.utterances)
    codecs = {
        f"{variant}/{system}": codec
        for variant, load in {**level_variants, **latent_variants}.items()
        for system, codec in _codecs(bench, sweep, load()).items()
    }
    scorer = measures.scorer()
    jobs = []
    for name, codec in codecs.items():
        variant, _, system = name.partition("/")
        for row in rows_of(chosen):
            key = item_key(str(row.key), codec.recipe, scorer.recipe)
            load = partial(_load, name, loader(speech, str(row.id)), int(row.level_code))
            about = {"variant": variant, "system": system}
            about |= {"utterance": row.id, "seconds": row.seconds}
            jobs.append(UtteranceJob(f"{name}/{row.id}", key, load, about))
    context = (codecs, scorer)
    yield from utterance_loop(
        compute, code_variant, jobs, context, sweep_log_so_far, "sweep", outputs=0, total=len(jobs)
    )


def code_variant(context: Context, item: tuple[str, Wave]) -> UtteranceResult:
    """Code, decode and score one utterance with one variant and search."""
    (codecs, scorer), (name, speech) = context, item
    coded = codecs[name].encode(speech)
    scores = scorer.scores(speech, codecs[name].decode(coded.data).speech)
    return UtteranceResult((), {"bits": 8 * len(coded.data)} | scores)


def tabulate_sweep(
    sweep_log: pd.DataFrame, bench: Bench, measures: MeasureParameters
) -> pd.DataFrame:
    """Return a row for each variant and system, see `sweeps.tabulate_sweep`."""
    return sweeps.tabulate_sweep(sweep_log, measures.metrics(), bench.labels())


def plot_sweep(
    points: pd.DataFrame, bench: Bench, measures: MeasureParameters, sweep: SweepParameters
) -> dict[str, Figure]:
    """Plot quality over file rate for each sweep that has points, as `levels_pesq_raw`."""
    labelled = bench.labels()[sweep.systems[-1]]
    return sweeps.plot_sweep(points, measures.metrics(), labelled)


def trace_searches(
    log_mel: Partitions,
    manifest: pd.DataFrame,
    segment_model: SegmentModel,
    bench: Bench,
    sweep: SweepParameters,
    compute: ComputeParameters,
    search_traces_log_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Follow the objective of each search over its iterations, on validation speech."""
    rows = usable(manifest)
    chosen = spread(rows[rows["split"] == "validation"], sweep.utterances)
    codecs = _codecs(bench, sweep, segment_model)
    jobs = [
        UtteranceJob(
            f"{system}/{row.id}",
            item_key(str(row.key), codec.recipe),
            partial(_load_mel, system, loader(log_mel, str(row.id))),
            {"system": system, "frames": row.frames},
        )
        for system, codec in codecs.items()
        for row in rows_of(chosen)
    ]
    so_far = search_traces_log_so_far
    yield from utterance_loop(
        compute, trace_search, jobs, codecs, so_far, "traces", outputs=0, total=len(jobs)
    )


def trace_search(
    codecs: Mapping[str, GacCodec], item: tuple[str, NDArray[np.float32]]
) -> UtteranceResult:
    """Search one utterance; give the objective of the best so far after each evaluation."""
    system, log_mel = item
    codec, config = codecs[system], codecs[system].coding.search
    assert isinstance(codec.model, SegmentModel)
    found = search(codec.model, torch.from_numpy(log_mel), config)
    weights = frame_mask(len(log_mel)).sum((1, 2, 3)) / len(log_mel)
    every = config.inner_steps if config.strategy == "admm" else 1
    return UtteranceResult((), {"objective": (found.trace @ weights).tolist(), "every": every})


def average_traces(traces: pd.DataFrame) -> pd.DataFrame:
    """Return the mean objective by system and iteration, each utterance weighted by its length.

    A search that ended early keeps its last value.
    """
    tables = []
    for system, rows in usable(traces).groupby("system", sort=False):
        longest = max(len(trace) for trace in rows["objective"])
        values = [np.pad(t, (0, longest - len(t)), mode="edge") for t in rows["objective"]]
        table = pd.DataFrame({"iteration": np.arange(longest) * int(rows["every"].iloc[0])})
        table["objective"] = np.average(values, axis=0, weights=rows["frames"])
        tables.append(table.assign(system=system))
    return pd.concat(tables, ignore_index=True)[["system", "iteration", "objective"]]


def plot_objective(objective: pd.DataFrame, bench: Bench) -> Figure:
    """Plot the objective of each search over its iterations."""
    return sweeps.plot_objective(objective, bench.labels())


def _codecs(bench: Bench, sweep: SweepParameters, model: SegmentModel) -> dict[str, GacCodec]:
    """Return the swept systems of the bench, with `model` in place of their own, at its own rate.

    Raises:
        SweepError: one is not in the bench, or is not a segment codec.
    """
    codecs = {}
    for system in sweep.systems:
        entry = bench.root.get(system)
        codec = entry and open_codec(system, entry, {"segment_model": model})
        if not isinstance(codec, GacCodec):
            raise SweepError(
                f"The sweep goes through {system}, which is no segment codec of the bench; correct"
                " sweep.systems."
            )
        # The bench keeps all to one bit rate, and a sweep is of what other models take.
        codecs[system] = replace(codec, bitrate=None)
    return codecs


def _load(name: str, load: Callable[[], Wave], level_code: int) -> tuple[str, Wave]:
    return name, at_own_level(load, level_code)


def _load_mel(
    system: str, load: Callable[[], NDArray[np.float32]]
) -> tuple[str, NDArray[np.float32]]:
    return system, load()
