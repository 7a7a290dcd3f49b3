"""A model that another run has trained: the same files as by itself, and a name where missing."""

from pathlib import Path

import numpy as np
import pytest

from gan_audio_compression.bench.codec import CodecMissingError
from gan_audio_compression.bench.gac import GacCodec
from gan_audio_compression.bench.model_file import ModelFileCodec
from gan_audio_compression.codec.sequence.model import SequenceModel


def test_its_files_are_those_of_the_model(
    sequence_model: SequenceModel, sentence: np.ndarray, tmp_path: Path
) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(sequence_model.to_bytes())
    ours, direct = ModelFileCodec(str(path), "kedro run", 4000), GacCodec(sequence_model, 4000)
    coded = ours.encode(sentence[:16_000])
    assert coded == direct.encode(sentence[:16_000])
    assert np.array_equal(ours.decode(coded.data).speech, direct.decode(coded.data).speech)
    assert ours.recipe == direct.recipe
    assert ours.version() == direct.version()


def test_a_model_that_is_not_there_is_named_with_how_to_train_it(tmp_path: Path) -> None:
    codec = ModelFileCodec(f"{tmp_path}/none", "kedro run --env shipped")
    for use in (codec.version, lambda: codec.recipe, lambda: codec.decode(b"")):
        with pytest.raises(CodecMissingError, match="train it with kedro run --env shipped"):
            use()
