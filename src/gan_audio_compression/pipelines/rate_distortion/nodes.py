"""Nodes of the sweeps."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from gan_audio_compression.codec.coding import Coding
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.receiver import decode_file
from gan_audio_compression.codec.search.run import SEARCH, search
from gan_audio_compression.codec.sender import encode_speech
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.evaluation.metrics import score_utterance
from gan_audio_compression.pipelines.compression.parameters import CodingParameters
from gan_audio_compression.pipelines.loops import (
    ComputeParameters,
    Partitions,
    Records,
    UtteranceJob,
    UtteranceResult,
    rows_of,
    spread,
    usable,
    utterance_loop,
)
from gan_audio_compression.pipelines.rate_distortion.parameters import SweepParameters
from gan_audio_compression.pipelines.training.nodes import training_speech
from gan_audio_compression.pipelines.training.observer import TrackingObserver
from gan_audio_compression.pipelines.training.parameters import TrainingParameters
from gan_audio_compression.signal.level import gain_to_speech_level
from gan_audio_compression.signal.segments import frame_mask
from gan_audio_compression.signal.synthesis import SYNTHESIS
from gan_audio_compression.training.levels import encoder_latents, refit_levels
from gan_audio_compression.training.run import train_encoder, train_gan

Context = tuple[Mapping[str, CodecModel], Mapping[str, Coding]]
"""The codecs by variant and the ways to code by system."""


def train_variant(
    log_mel: Partitions,
    manifest: pd.DataFrame,
    parameters: TrainingParameters,
    latent_channels: int,
    checkpoints: Path,
) -> CodecModel:
    """Train the codec with another number of latent channels, 64 latents each."""
    config = parameters.root
    config = replace(config, networks=replace(config.networks, latent_channels=latent_channels))
    speech = training_speech(log_mel, manifest)
    observer = TrackingObserver(prefix=f"latents_{64 * latent_channels}.")
    gan, _ = train_gan(speech, config, checkpoints, observer)
    codec, _ = train_encoder(gan, speech, config, checkpoints, observer)
    return codec


def fit_level_variants(
    codec_model: CodecModel, log_mel: Partitions, manifest: pd.DataFrame, sweep: SweepParameters
) -> dict[str, CodecModel]:
    """Give the trained codec other numbers of levels, as `levels_16`; its networks stay."""
    rows = usable(manifest)
    rows = spread(rows[rows["split"] == "train"], sweep.training_utterances)
    utterances = {str(row.id): (int(row.frames), log_mel[str(row.id)]) for row in rows_of(rows)}
    latents = encoder_latents(codec_model, utterances)
    return {f"levels_{n}": refit_levels(codec_model, latents, n) for n in sweep.levels}


def gather_variants(
    level_variants: Partitions, **latent_variants: CodecModel
) -> dict[str, CodecModel]:
    """Return all variants by name."""
    return {name: load() for name, load in level_variants.items()} | latent_variants


def gather_codings(
    encoder_only: CodingParameters, unified_gan: CodingParameters, bpgan: CodingParameters
) -> dict[str, Coding]:
    """Return how each system searches and codes."""
    return {
        "encoder_only": encoder_only.root,
        "unified_gan": unified_gan.root,
        "bpgan": bpgan.root,
    }


def code_variants(
    speech: Partitions,
    manifest: pd.DataFrame,
    codecs: Mapping[str, CodecModel],
    ways: Mapping[str, Coding],
    sweep: SweepParameters,
    compute: ComputeParameters,
    sweep_log_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Code, decode and score some test utterances with each variant and each search."""
    rows = usable(manifest)
    chosen = spread(rows[rows["split"] == "test"], sweep.utterances)
    jobs = [
        _variant_job(speech, row, variant, codec.digest, system, way)
        for variant, codec in codecs.items()
        for system, way in ways.items()
        for row in rows_of(chosen)
    ]
    context = (codecs, ways)
    yield from utterance_loop(
        compute, code_variant, jobs, context, sweep_log_so_far, "sweep", outputs=0, total=len(jobs)
    )


def code_variant(
    context: Context, item: tuple[str, str, NDArray[np.float32], int]
) -> UtteranceResult:
    """Code, decode and score one utterance with one variant and search."""
    variant, system, speech, level_code = item
    codec = context[0][variant]
    data = encode_speech(codec, speech, level_code, context[1][system]).data
    original = speech / np.float32(gain_to_speech_level(level_code))
    scores = score_utterance(original, decode_file(codec, data).speech)
    return UtteranceResult((), {"bits": 8 * len(data)} | scores)


def trace_searches(
    log_mel: Partitions,
    manifest: pd.DataFrame,
    codec_model: CodecModel,
    ways: Mapping[str, Coding],
    sweep: SweepParameters,
    compute: ComputeParameters,
    search_traces_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Follow the objective of each search over its iterations, on validation speech."""
    rows = usable(manifest)
    chosen = spread(rows[rows["split"] == "validation"], sweep.utterances)
    jobs = [
        UtteranceJob(
            f"{system}.{row.id}",
            item_key(SEARCH, str(row.key), codec_model.digest, asdict(way)),
            partial(_load_mel, system, log_mel[str(row.id)]),
            {"system": system, "frames": row.frames},
        )
        for system, way in ways.items()
        for row in rows_of(chosen)
    ]
    context = ({"": codec_model}, ways)
    so_far = search_traces_so_far
    yield from utterance_loop(
        compute, trace_search, jobs, context, so_far, "traces", outputs=0, total=len(jobs)
    )


def trace_search(context: Context, item: tuple[str, NDArray[np.float32]]) -> UtteranceResult:
    """Search one utterance; give the objective of the best so far after each evaluation."""
    system, log_mel = item
    config = context[1][system].search
    found = search(context[0][""], torch.from_numpy(log_mel), config)
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


def _variant_job(
    speech: Partitions, row: Any, variant: str, digest: str, system: str, way: Coding
) -> UtteranceJob:
    return UtteranceJob(
        f"{variant}.{system}.{row.id}",
        item_key(SEARCH, SYNTHESIS, str(row.key), digest, asdict(way)),
        partial(_load_source, variant, system, speech[str(row.id)], int(row.level_code)),
        {"variant": variant, "system": system, "utterance": row.id, "seconds": row.seconds},
    )


def _load_source(
    variant: str, system: str, load: Callable[[], NDArray[np.float32]], level_code: int
) -> tuple[str, str, NDArray[np.float32], int]:
    return variant, system, load(), level_code


def _load_mel(
    system: str, load: Callable[[], NDArray[np.float32]]
) -> tuple[str, NDArray[np.float32]]:
    return system, load()
