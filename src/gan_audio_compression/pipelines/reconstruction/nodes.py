"""Nodes of reconstruction: they see files and models, and nothing else of the sender's."""

import hashlib
import logging
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from gan_audio_compression.bench.codec import BenchCodec, CodecMissingError
from gan_audio_compression.bench.entries import Bench, open_codecs
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.pipelines.loops import (
    ComputeParameters,
    Partitions,
    Records,
    UtteranceJob,
    UtteranceResult,
    utterance_loop,
)

logger = logging.getLogger(__name__)

Item = tuple[str, bytes]
"""Key of a codec, and a file."""


def reconstruct_utterances(
    coded_files: Partitions,
    bench: Bench,
    compute: ComputeParameters,
    reconstruction_log_so_far: Records,
    **models: Any,
) -> Iterator[tuple[Any, ...]]:
    """Decode every file of the bench's codecs; give log mels, speech and the log."""
    codecs = open_codecs(bench, models)
    jobs = [job for key, codec in codecs.items() for job in _jobs(key, codec, coded_files)]
    if ignored := len(coded_files) - len(jobs):
        logger.info("%d files of codecs that are not there now are not decoded.", ignored)
    yield from utterance_loop(
        compute,
        reconstruct_utterance,
        jobs,
        codecs,
        reconstruction_log_so_far,
        "decoding",
        outputs=2,
        total=len(jobs),
    )


def reconstruct_utterance(codecs: Mapping[str, BenchCodec], item: Item) -> UtteranceResult:
    """Decode one file."""
    key, data = item
    decoded = codecs[key].decode(data)
    return UtteranceResult((decoded.log_mel, decoded.speech), {})


def _jobs(key: str, codec: BenchCodec, coded_files: Partitions) -> Iterator[UtteranceJob]:
    try:
        recipe = codec.recipe
    except CodecMissingError:  # its log of compression says so
        return
    for name in sorted(coded_files):
        if name.startswith(f"{key}/") and name.endswith(codec.suffix):
            utterance = name.removeprefix(f"{key}/").removesuffix(codec.suffix)
            digest = hashlib.sha256(coded_files[name]()).hexdigest()
            yield UtteranceJob(
                f"{key}/{utterance}",
                item_key(digest, recipe),
                partial(_load, key, coded_files, name),
                {"system": key, "utterance": utterance, "file_sha256": digest},
            )


def _load(key: str, coded_files: Partitions, name: str) -> Item:
    return key, coded_files[name]()
