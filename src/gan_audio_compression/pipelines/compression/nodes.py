"""Nodes of compression: every codec of the bench makes its files."""

import hashlib
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gan_audio_compression.bench.codec import BenchCodec, CodecMissingError, Wave
from gan_audio_compression.bench.entries import Bench, open_codecs
from gan_audio_compression.bench.transform.fit import fit_transform
from gan_audio_compression.bench.transform.model import TransformModel
from gan_audio_compression.compute.parameters import ComputeParameters
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.pipelines.loops import (
    Partitions,
    Records,
    UtteranceJob,
    UtteranceResult,
    at_own_level,
    held_out,
    loader,
    rows_of,
    usable,
    utterance_loop,
)

logger = logging.getLogger(__name__)

Item = tuple[str, Wave]
"""Key of a codec, and speech [n] at the speaker's level."""

_OF_SEARCHES = (
    "split",
    "system",
    "utterances",
    "start_objective",
    "objective",
    "kbit_s",
    "seconds_per_second",
)


def fit_transform_model(log_mel: Partitions, manifest: pd.DataFrame) -> TransformModel:
    """Fit the transform codec to the training speech."""
    rows = usable(manifest)
    ids = sorted(rows.loc[rows["split"] == "train", "id"])
    return fit_transform(_Loaded([log_mel[id] for id in ids]))


def compress_utterances(
    speech: Partitions,
    manifest: pd.DataFrame,
    bench: Bench,
    compute: ComputeParameters,
    coding_log_so_far: Records,
    **models: Any,
) -> Iterator[tuple[Any, ...]]:
    """Code the utterances of validation and test with each codec; give their files and the log.

    Where a codec is not installed, its rows of the log say so.
    """
    codecs = open_codecs(bench, models)
    rows = held_out(manifest)
    jobs: list[Iterator[UtteranceJob]] = []
    absent: list[pd.DataFrame] = []
    for key, codec in codecs.items():
        try:
            jobs.append(_jobs(key, codec, speech, rows))
        except CodecMissingError as error:
            logger.warning("%s", error)
            absent.append(_absent(rows, key, codec, str(error)))
    for files, records in utterance_loop(
        compute,
        compress_utterance,
        chain.from_iterable(jobs),
        codecs,
        coding_log_so_far,
        "coding",
        outputs=1,
        total=len(jobs) * len(rows),
    ):
        if isinstance(records, pd.DataFrame):
            records = pd.concat([records, *absent], ignore_index=True)
        yield files, records


def compress_utterance(codecs: Mapping[str, BenchCodec], item: Item) -> UtteranceResult:
    """Search, quantise and code one utterance with one codec."""
    key, speech = item
    coded = codecs[key].encode(speech)
    figures = {
        "file_bits": 8 * len(coded.data),
        "file_sha256": hashlib.sha256(coded.data).hexdigest(),
        "payload_bits": coded.payload_bits,
    }
    return UtteranceResult((coded.data,), figures | dict(coded.figures))


def summarise_searches(
    coding_log: pd.DataFrame,
) -> tuple[pd.DataFrame, dict[str, dict[str, float]]]:
    """Return what each search reached, by split and system, and that for MLflow.

    Columns: split, system, utterances; start_objective and objective, each utterance weighted by
    its length; kbit_s of the files; seconds_per_second, of search for each second of speech.
    """
    coded = usable(coding_log)
    # Where no codec searches, none has an objective.
    searched = coded[coded["objective"].notna()] if "objective" in coded else coded[:0]
    summary = pd.DataFrame(
        {
            "split": split,
            "system": system,
            "utterances": len(rows),
            "start_objective": np.average(rows["start_objective"], weights=rows["speech_seconds"]),
            "objective": np.average(rows["objective"], weights=rows["speech_seconds"]),
            "kbit_s": rows["file_bits"].sum() / rows["speech_seconds"].sum() / 1000,
            "seconds_per_second": rows["compute_seconds"].sum() / rows["speech_seconds"].sum(),
        }
        for (split, system), rows in searched.groupby(["split", "system"], sort=False)
    ).reindex(columns=_OF_SEARCHES)
    means = {
        f"{row.split}.{row.system}.{figure}": {"value": getattr(row, figure), "step": 0}
        for row in rows_of(summary)
        for figure in ("objective", "seconds_per_second")
    }
    return summary, means


class _Loaded(Collection[NDArray[np.float32]]):
    """Arrays that are loaded one by one, each time that they are gone through."""

    def __init__(self, loaders: list[Callable[[], NDArray[np.float32]]]) -> None:
        self._loaders = loaders

    def __iter__(self) -> Iterator[NDArray[np.float32]]:
        return (load() for load in self._loaders)

    def __len__(self) -> int:
        return len(self._loaders)

    def __contains__(self, item: object) -> bool:
        return any(item is array for array in self)


def _jobs(
    key: str, codec: BenchCodec, speech: Partitions, rows: pd.DataFrame
) -> Iterator[UtteranceJob]:
    """Return what there is to do for one codec, utterance by utterance.

    Raises:
        CodecMissingError: it is not installed.
    """
    recipe = codec.recipe
    made_by = {
        "version": codec.version(),
        "how_to_get": codec.how_to_get,
        "has_delay": codec.has_delay,
    }
    return (
        UtteranceJob(
            f"{key}/{row.id}",
            item_key(str(row.key), recipe),
            partial(_load, key, loader(speech, str(row.id)), int(row.level_code)),
            _about(key, row) | made_by,
            partition=f"{key}/{row.id}{codec.suffix}",
        )
        for row in rows_of(rows)
    )


def _load(key: str, load: Callable[[], Wave], level_code: int) -> Item:
    return key, at_own_level(load, level_code)


def _about(key: str, row: Any) -> dict[str, Any]:
    return {
        "system": key,
        "utterance": row.id,
        "split": row.split,
        "speech_seconds": row.seconds,
    }


def _absent(rows: pd.DataFrame, key: str, codec: BenchCodec, reason: str) -> pd.DataFrame:
    """Return the log of a codec that is not there: nothing is done, so all is tried again."""
    nothing = {"key": "", "error": reason, "version": None, "how_to_get": codec.how_to_get}
    return pd.DataFrame(
        {"id": f"{key}/{row.id}", **_about(key, row), **nothing} for row in rows_of(rows)
    )
