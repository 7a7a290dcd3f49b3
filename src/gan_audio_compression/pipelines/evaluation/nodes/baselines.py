"""Nodes that code speech with the codecs of the bench and decode it again."""

import logging
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gan_audio_compression.baselines.alignment import aligned, find_delay
from gan_audio_compression.baselines.codec import BaselineCodec, CodecMissingError
from gan_audio_compression.baselines.transform.codec import TransformCodec
from gan_audio_compression.baselines.transform.fit import fit_transform
from gan_audio_compression.baselines.transform.model import TransformModel
from gan_audio_compression.codec.sequence.codec import SequenceCodec
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.pipelines.compression.nodes import about_file
from gan_audio_compression.pipelines.evaluation.parameters import (
    ExternalCodecParameters,
    RateParameters,
    SearchedRateParameters,
)
from gan_audio_compression.pipelines.loops import (
    ComputeParameters,
    Partitions,
    Records,
    UtteranceJob,
    UtteranceResult,
    held_out,
    original_speech,
    rows_of,
    usable,
    utterance_loop,
)

logger = logging.getLogger(__name__)


def open_external(codec: ExternalCodecParameters) -> BaselineCodec:
    """Return the codec that the parameters name."""
    return codec.root


def open_transform(model: TransformModel, codec: RateParameters) -> BaselineCodec:
    """Return the transform codec at one bit rate."""
    return TransformCodec(model, codec.bitrate)


def open_default(model: SequenceModel, codec: SearchedRateParameters) -> BaselineCodec:
    """Return the codec over time at one bit rate."""
    return SequenceCodec(model, codec.bitrate, codec.effort)


def fit_transform_model(log_mel: Partitions, manifest: pd.DataFrame) -> TransformModel:
    """Fit the transform codec to the training speech."""
    rows = usable(manifest)
    ids = sorted(rows.loc[rows["split"] == "train", "id"])
    return fit_transform(_Loaded([log_mel[id] for id in ids]))


def code_utterances(
    speech: Partitions,
    manifest: pd.DataFrame,
    codec: BaselineCodec,
    compute: ComputeParameters,
    coding_log_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Code and decode validation and test; give files, decoded speech and the log.

    Where the codec is not installed, every row of the log says so.
    """
    rows = held_out(manifest)
    try:
        version = codec.version()
    except CodecMissingError as error:
        logger.warning("%s", error)
        yield {}, {}, _missing(rows, codec, str(error))
        return
    made_by = {"version": version, "how_to_get": codec.how_to_get}
    jobs = [
        UtteranceJob(
            str(row.id),
            item_key(str(row.key), repr(codec), version),
            partial(original_speech, speech, manifest, str(row.id)),
            {"split": row.split, "speech_seconds": row.seconds} | made_by,
        )
        for row in rows_of(rows)
    ]
    for files, decoded, record in utterance_loop(
        compute,
        code_utterance,
        jobs,
        codec,
        coding_log_so_far,
        "coding",
        outputs=2,
        total=len(jobs),
    ):
        yield {f"{id}{codec.suffix}": data for id, data in files.items()}, decoded, record


def code_utterance(codec: BaselineCodec, speech: NDArray[np.float32]) -> UtteranceResult:
    """Code and decode one utterance, and remove the codec's delay."""
    data = codec.encode(speech)
    decoded = codec.decode(data)
    delay = find_delay(speech, decoded)
    figures = {"payload_bits": codec.payload_bits(data), "delay_samples": delay}
    return UtteranceResult((data, aligned(decoded, delay, len(speech))), figures | about_file(data))


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


def _missing(rows: pd.DataFrame, codec: BaselineCodec, reason: str) -> pd.DataFrame:
    """Return the log of a codec that is not there: nothing is done, so all is tried again."""
    table = rows[["id", "split"]].assign(speech_seconds=rows["seconds"], key="", error=reason)
    return table.assign(version=None, how_to_get=codec.how_to_get).reset_index(drop=True)
