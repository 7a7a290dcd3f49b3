"""What all codecs' models have in common."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression import Codec
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.quality import Quality
from gan_audio_compression.codec.trained_codec import TrainedCodec
from gan_audio_compression.compute.dask import DaskEngine

# A process may hand a new one no more than 256 file handles, and PyTorch takes one for a tensor.
MANY_TENSORS = 300
QUALITY = Quality(100)


def identity(codecs: Mapping[str, TrainedCodec], name: str) -> tuple[str, str]:
    codec = codecs[name]
    return codec.digest, codec.precision


@pytest.mark.parametrize("kind", [SegmentModel, SequenceModel])
def test_any_number_of_codecs_goes_to_a_worker_as_they_are(
    kind: type[TrainedCodec], segment_model: SegmentModel, sequence_model: SequenceModel
) -> None:
    codec = segment_model if kind is SegmentModel else sequence_model
    rough = codec.to("cpu", "bfloat16")
    count = MANY_TENSORS // len(rough._weights()) + 1
    codecs = {"0": codec} | {str(n): rough for n in range(1, count)}
    # Each has weights of its own, as variants have.
    codecs = {name: one.to(one.device, one.precision) for name, one in codecs.items()}
    outcomes = DaskEngine(1).map(identity, [("a", "0"), ("b", "1")], codecs)
    values = [outcome.value for outcome in sorted(outcomes, key=lambda outcome: outcome.id)]
    assert values == [(codec.digest, "float32"), (codec.digest, "bfloat16")]


def test_it_computes_the_same_in_a_worker(sequence_model: SequenceModel) -> None:
    symbols = np.random.default_rng(0).integers(-3, 4, (5, 4))
    (outcome,) = DaskEngine(1).map(generated, [("a", symbols)], sequence_model)
    assert outcome.value is not None
    np.testing.assert_array_equal(outcome.value, sequence_model.decode(symbols, QUALITY, 20))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_computes_the_same(
    sequence_model: SequenceModel, segment_model: SegmentModel, copied: Callable[[Any], Any]
) -> None:
    for model in (sequence_model, segment_model):
        codec = Codec(model)
        data = codec.encode(np.zeros(2000) + 0.1 * np.sin(np.arange(2000) / 9), 16_000, effort=0)
        again = copied(codec)
        assert again.model.digest == model.digest
        np.testing.assert_array_equal(again.decode(data)[0], codec.decode(data)[0])


def generated(codec: SequenceModel, symbols: NDArray[np.int64]) -> NDArray[np.float64]:
    return codec.decode(symbols, QUALITY, 20)
