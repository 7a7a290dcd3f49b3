"""Nodes of reconstruction: they see files and the model, and nothing else of the sender's."""

import hashlib
import io
import logging
from collections import deque
from collections.abc import Iterator
from typing import Any

from gan_audio_compression.codec.container.errors import BitstreamError
from gan_audio_compression.codec.container.reader import ContainerReader
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.receiver import decode_file
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.pipelines.loops import (
    ComputeParameters,
    Partitions,
    Records,
    UtteranceJob,
    UtteranceResult,
    utterance_loop,
)
from gan_audio_compression.signal.spec import SAMPLE_RATE
from gan_audio_compression.signal.synthesis import SYNTHESIS

logger = logging.getLogger(__name__)


def reconstruct_utterances(
    bitstreams: Partitions,
    codec_model: CodecModel,
    compute: ComputeParameters,
    log_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Decode every file of this model; give log mels, speech and the log."""
    jobs = list(_jobs(bitstreams, codec_model))
    if ignored := len(bitstreams) - len(jobs):
        logger.info("%d files of other models lie beside ours and are not decoded.", ignored)
    yield from utterance_loop(
        compute,
        reconstruct_utterance,
        jobs,
        codec_model,
        log_so_far,
        "decoding",
        outputs=2,
        total=len(jobs),
    )


def reconstruct_utterance(model: CodecModel, data: bytes) -> UtteranceResult:
    """Decode one file."""
    decoded = decode_file(model, data)
    seconds = len(decoded.speech) / SAMPLE_RATE
    return UtteranceResult((decoded.log_mel, decoded.speech), {"seconds": seconds})


def _jobs(bitstreams: Partitions, model: CodecModel) -> Iterator[UtteranceJob]:
    for id, load in sorted(bitstreams.items()):
        data = load()
        if _may_be_ours(data, model):
            digest = hashlib.sha256(data).hexdigest()
            key = item_key(SYNTHESIS, digest, model.digest)
            yield UtteranceJob(id, key, load, {"file_sha256": digest})


def _may_be_ours(data: bytes, model: CodecModel) -> bool:
    """Tell whether to decode a file; a damaged one counts, so that the loop records why."""
    try:
        reader = ContainerReader(io.BytesIO(data))
        # A checksum covers the header as well, so that damage there is not taken for another model.
        deque(reader.chunks(), maxlen=0)
    except BitstreamError:
        return True
    return reader.header.fingerprint == model.fingerprint
