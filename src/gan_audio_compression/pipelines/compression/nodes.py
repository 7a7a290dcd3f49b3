"""Nodes of compression."""

import dataclasses
import hashlib
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gan_audio_compression.codec.coding import Coding
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.search.run import SEARCH
from gan_audio_compression.codec.sender import encode_speech
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.pipelines.compression.parameters import CodingParameters
from gan_audio_compression.pipelines.loops import (
    ComputeParameters,
    Partitions,
    Records,
    UtteranceJob,
    UtteranceResult,
    held_out,
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
    how = dataclasses.asdict(coding.root)
    jobs = [
        UtteranceJob(
            str(row.id),
            item_key(SEARCH, str(row.key), codec_model.digest, how),
            partial(_load_source, speech, str(row.id), int(row.level_code)),
            {"split": row.split, "speech_seconds": row.seconds},
        )
        for row in rows_of(held_out(manifest))
    ]
    context = (codec_model, coding.root)
    yield from utterance_loop(
        compute, compress_utterance, jobs, context, log_so_far, "search", outputs=1, total=len(jobs)
    )


def compress_utterance(context: tuple[CodecModel, Coding], source: Source) -> UtteranceResult:
    """Search, quantise and code one utterance."""
    model, coding = context
    encoded = encode_speech(model, *source, coding)
    figures = dataclasses.asdict(encoded)
    data = figures.pop("data")
    return UtteranceResult((data,), figures | about_file(data))


def about_file(data: bytes) -> dict[str, Any]:
    """Return what the log says of a file: its bits and its digest."""
    return {"file_bits": 8 * len(data), "file_sha256": hashlib.sha256(data).hexdigest()}


def join_search_logs(
    **logs: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, dict[str, float]]]:
    """Return all systems' search logs in one table, their means, and those for MLflow."""
    named = [log.assign(system=system) for system, log in logs.items()]
    table = pd.concat(named, ignore_index=True)
    summary = summarise_searches(table)
    metrics = {
        f"{row.split}.{row.system}.{figure}": {"value": getattr(row, figure), "step": 0}
        for row in rows_of(summary)
        for figure in ("objective", "seconds_per_second")
    }
    return table, summary, metrics


def summarise_searches(log: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each split and system of a search log.

    Columns: split, system, utterances; start_objective and objective, each utterance weighted by
    its length; kbit_s of the files; seconds_per_second, of search for each second of speech.
    """
    coded = usable(log)
    return pd.DataFrame(
        {
            "split": split,
            "system": system,
            "utterances": len(rows),
            "start_objective": np.average(rows["start_objective"], weights=rows["speech_seconds"]),
            "objective": np.average(rows["objective"], weights=rows["speech_seconds"]),
            "kbit_s": rows["file_bits"].sum() / rows["speech_seconds"].sum() / 1000,
            "seconds_per_second": rows["compute_seconds"].sum() / rows["speech_seconds"].sum(),
        }
        for (split, system), rows in coded.groupby(["split", "system"], sort=False)
    )


def _load_source(speech: Partitions, id: str, level_code: int) -> Source:
    return speech[id](), level_code
