"""The model file, and what its networks do to lengths and precision."""

import numpy as np
import pytest
import torch

from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.sequence.model import QUALITIES, SequenceModel
from gan_audio_compression.networks.errors import ModelFileError, NotAModelError


def test_a_model_comes_back_from_its_file(sequence_model: SequenceModel) -> None:
    data = sequence_model.to_bytes()
    again = SequenceModel.from_bytes(data)
    assert again.digest == sequence_model.digest
    assert again.to_bytes() == data
    assert again.networks == sequence_model.networks
    assert again.training_digest == "random 0"


def test_another_model_has_another_fingerprint(
    sequence_model: SequenceModel, other_sequence_model: SequenceModel
) -> None:
    assert sequence_model.fingerprint != other_sequence_model.fingerprint


def test_models_of_other_kinds_are_refused(
    sequence_model: SequenceModel, codec_model: CodecModel
) -> None:
    with pytest.raises(NotAModelError, match="kind 'codec'"):
        SequenceModel.from_bytes(codec_model.to_bytes())
    with pytest.raises(NotAModelError, match="kind 'sequence'"):
        CodecModel.from_bytes(sequence_model.to_bytes())


def test_a_damaged_file_is_refused(sequence_model: SequenceModel) -> None:
    data = bytearray(sequence_model.to_bytes())
    data[-1] ^= 1
    with pytest.raises(ModelFileError):
        SequenceModel.from_bytes(bytes(data))
    with pytest.raises(ModelFileError):
        SequenceModel.from_bytes(bytes(data[:-5]))


@pytest.mark.parametrize("frames", [1, 3, 4, 5, 126])
def test_any_number_of_frames_goes_through(sequence_model: SequenceModel, frames: int) -> None:
    log_mel = -10 * torch.rand(frames, 128)
    symbols = sequence_model.symbols(log_mel, 30)
    assert symbols.shape == (-(-frames // 4), 4)
    generated = sequence_model.render(symbols, 30, frames)
    assert generated.shape == (frames, 128)
    assert generated.dtype == torch.float64
    assert (generated >= -10 - 1e-6).all()


def test_the_quality_changes_what_is_sent_and_made(sequence_model: SequenceModel) -> None:
    log_mel = -10 * torch.rand(40, 128, generator=torch.Generator().manual_seed(0))
    coarse, fine = (sequence_model.symbols(log_mel, q) for q in (0, QUALITIES - 1))
    assert not np.array_equal(coarse, fine)
    made = [sequence_model.log_mel(coarse, q, 40) for q in (0, QUALITIES - 1)]
    assert not torch.equal(*made)
