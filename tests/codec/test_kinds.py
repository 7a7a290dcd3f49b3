"""What codes chunks with each kind of model, and what a kind does not have."""

from typing import get_args

import pytest

from gan_audio_compression.codec.coding import Coding
from gan_audio_compression.codec.container.errors import CorruptError
from gan_audio_compression.codec.kinds import KINDS, receiving_coder, sending_coder
from gan_audio_compression.codec.search.config import ObjectiveName, SearchConfig
from gan_audio_compression.codec.search.errors import SearchError
from gan_audio_compression.codec.segment.coder import SegmentCoder
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.sequence.coder import SequenceCoder
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.trained_codec import TrainedCodec


def test_each_model_has_a_kind() -> None:
    assert {name: kind().model for name, kind in KINDS.items()} == {
        model.kind: model for model in (SegmentModel, SequenceModel)
    }


def test_each_kind_has_its_coder(
    segment_model: SegmentModel, sequence_model: SequenceModel
) -> None:
    coding = Coding(SearchConfig("encoder_only"))
    models: list[tuple[TrainedCodec, type]] = [
        (segment_model, SegmentCoder),
        (sequence_model, SequenceCoder),
    ]
    for model, coder in models:
        assert isinstance(sending_coder(model, coding), coder)
        assert isinstance(receiving_coder(model, "arithmetic"), coder)


@pytest.mark.parametrize("objective", get_args(ObjectiveName))
def test_a_sequence_model_has_one_objective_alone(
    segment_model: SegmentModel, sequence_model: SequenceModel, objective: ObjectiveName
) -> None:
    coding = Coding(SearchConfig("admm", objective, 5))
    with pytest.raises(SearchError, match=f"objective of its own; leave {objective} out"):
        sending_coder(sequence_model, coding)
    assert isinstance(sending_coder(segment_model, coding), SegmentCoder)


def test_an_entropy_coder_that_a_model_has_not_is_refused(sequence_model: SequenceModel) -> None:
    coding = Coding(SearchConfig("encoder_only"), "huffman")
    with pytest.raises(SearchError, match="no huffman coder; take one of arithmetic"):
        sending_coder(sequence_model, coding)
    with pytest.raises(CorruptError, match="claims the huffman coder"):
        receiving_coder(sequence_model, "huffman")
