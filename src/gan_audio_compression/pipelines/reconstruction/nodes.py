"""Nodes of reconstruction: they see files and models, and nothing else of the sender's."""

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

import pandas as pd

from gan_audio_compression.bench.codec import BenchCodec, CodecMissingError
from gan_audio_compression.bench.entries import Bench, open_codecs
from gan_audio_compression.compute.parameters import ComputeParameters
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.pipelines.loops import (
    Partitions,
    Records,
    UtteranceJob,
    UtteranceResult,
    loader,
    rows_of,
    usable,
    utterance_loop,
)

logger = logging.getLogger(__name__)

Item = tuple[str, bytes]
"""Key of a codec, and a file."""


def reconstruct_utterances(
    coded_files: Partitions,
    coding_log: pd.DataFrame,
    bench: Bench,
    compute: ComputeParameters,
    reconstruction_log_so_far: Records,
    **models: Any,
) -> Iterator[tuple[Any, ...]]:
    """Decode every file of the bench's codecs; give log mels, speech and the log.

    The log of compression says which files there are; what is decoded is their bytes.
    """
    codecs = open_codecs(bench, models)
    coded = usable(coding_log)
    jobs: list[Iterator[UtteranceJob]] = []
    count = 0
    for key, codec in codecs.items():
        rows = coded[coded["system"] == key]
        try:
            jobs.append(_jobs(key, codec, coded_files, rows))
        except CodecMissingError:  # its log of compression says so
            continue
        count += len(rows)
    if ignored := len(coded_files) - count:
        logger.info("%d files of codecs that are not there now are not decoded.", ignored)
    yield from utterance_loop(
        compute,
        reconstruct_utterance,
        chain.from_iterable(jobs),
        codecs,
        reconstruction_log_so_far,
        "decoding",
        outputs=2,
        total=count,
    )


def reconstruct_utterance(codecs: Mapping[str, BenchCodec], item: Item) -> UtteranceResult:
    """Decode one file."""
    key, data = item
    decoded = codecs[key].decode(data)
    figures = {"file_sha256": hashlib.sha256(data).hexdigest()}
    return UtteranceResult((decoded.log_mel, decoded.speech), figures)


def _jobs(
    key: str, codec: BenchCodec, coded_files: Partitions, rows: pd.DataFrame
) -> Iterator[UtteranceJob]:
    """Return what there is to do for one codec, utterance by utterance.

    Raises:
        CodecMissingError: it is not installed.
    """
    recipe = codec.recipe
    return (
        UtteranceJob(
            str(row.id),
            item_key(str(row.file_sha256), recipe),
            partial(_load, key, loader(coded_files, f"{row.id}{codec.suffix}")),
            {"system": key, "utterance": row.utterance},
        )
        for row in rows_of(rows)
    )


def _load(key: str, load: Callable[[], bytes]) -> Item:
    return key, load()
