"""Nodes of compression."""

import dataclasses
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.sender import encode_speech
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.pipelines.compression.parameters import CodingParameters
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

Source = tuple[NDArray[np.float32], int]
"""Speech [n] and the code of its level."""


def compress_utterances(
    speech: Partitions,
    manifest: pd.DataFrame,
    codec_model: CodecModel,
    coding: CodingParameters,
    compute: ComputeParameters,
    log_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Compress the utterances of validation and test; give their files and the search log."""
    rows = usable(manifest)
    rows = rows[rows["split"].isin(["validation", "test"])]
    how = {"search": dataclasses.asdict(coding.search), "coder": coding.coder}
    jobs = [
        UtteranceJob(
            str(row.id),
            item_key(str(row.key), codec_model.digest, how),
            partial(_load_source, speech, str(row.id), int(row.level_code)),
            {"split": row.split, "speech_seconds": row.seconds},
        )
        for row in rows_of(rows)
    ]
    context = (codec_model, coding)
    yield from utterance_loop(
        compute, compress_utterance, jobs, context, log_so_far, "search", outputs=1
    )


def compress_utterance(
    context: tuple[CodecModel, CodingParameters], source: Source
) -> UtteranceResult:
    """Search, quantise and code one utterance."""
    model, coding = context
    encoded = encode_speech(model, *source, coding.search, coding.coder)
    figures = dataclasses.asdict(encoded)
    data = figures.pop("data")
    return UtteranceResult((data,), figures | {"file_bits": 8 * len(data)})


def join_search_logs(
    **logs: pd.DataFrame,
) -> tuple[pd.DataFrame, dict[str, dict[str, float]]]:
    """Return all systems' search logs in one table, and the means by system and split.

    The means are in the form of MLflow metrics: of the objective, weighted by the length of the
    utterances, and of the seconds of search for each second of speech.
    """
    named = [log.assign(system=system) for system, log in logs.items()]
    table = pd.concat(named, ignore_index=True)
    means = {}
    for (split, system), rows in usable(table).groupby(["split", "system"]):
        seconds = rows["speech_seconds"]
        objective = float(np.average(rows["objective"], weights=seconds))
        effort = float(rows["compute_seconds"].sum() / seconds.sum())
        means[f"search.{split}.{system}.objective"] = {"value": objective, "step": 0}
        means[f"search.{split}.{system}.seconds_per_second"] = {"value": effort, "step": 0}
    return table, means


def _load_source(speech: Partitions, id: str, level_code: int) -> Source:
    return speech[id](), level_code
