"""What a training starts from: a model of its own kind, or nothing."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from gan_audio_compression.codec.live.shipped import LIVE_MODEL, open_live_model
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.trained_codec import TrainedCodec
from gan_audio_compression.networks.errors import ModelFileError, NotAModelError
from gan_audio_compression.pipelines.training_start import LiveStartParameters, StartParameters


def start_from(model: TrainedCodec, folder: Path) -> StartParameters:
    path = folder / "given.safetensors"
    path.write_bytes(model.to_bytes())
    return StartParameters(model=str(path), tuned=True)


def test_random_weights_are_no_model() -> None:
    assert StartParameters(model=None, tuned=True).open(SegmentModel) is None


def test_a_model_of_the_kind_is_opened(
    segment_model: SegmentModel, sequence_model: SequenceModel, tmp_path: Path
) -> None:
    opened = start_from(segment_model, tmp_path).open(SegmentModel)
    assert opened is not None and opened.digest == segment_model.digest
    other = start_from(sequence_model, tmp_path).open(SequenceModel)
    assert other is not None and other.digest == sequence_model.digest


def test_a_model_of_the_other_kind_is_refused(
    segment_model: SegmentModel, sequence_model: SequenceModel, tmp_path: Path
) -> None:
    message = r"given.safetensors is a segment model, .* the sequence codec cannot start from; give"
    with pytest.raises(NotAModelError, match=message):
        start_from(segment_model, tmp_path).open(SequenceModel)
    message = r"given.safetensors is a sequence model, .* the segment codec cannot start from; give"
    with pytest.raises(NotAModelError, match=message):
        start_from(sequence_model, tmp_path).open(SegmentModel)


def test_nothing_cannot_be_taken_as_it_is() -> None:
    with pytest.raises(ValidationError, match="without a model"):
        StartParameters(model=None, tuned=False)


def test_the_live_codec_starts_from_a_live_model_or_none(
    sequence_model: SequenceModel, tmp_path: Path
) -> None:
    assert LiveStartParameters(model=None).open() is None
    opened = LiveStartParameters(model=LIVE_MODEL).open()
    assert opened is not None and opened.digest == open_live_model().digest
    path = tmp_path / "given.safetensors"
    path.write_bytes(sequence_model.to_bytes())
    with pytest.raises(ModelFileError, match=r"given.safetensors: "):
        LiveStartParameters(model=path).open()
