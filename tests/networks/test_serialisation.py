"""Networks as bytes: a round trip to the last bit, and refusal of what is no model file."""

import pytest
import torch
from safetensors.torch import save

from gan_audio_compression.networks.config import NetworkConfig
from gan_audio_compression.networks.encoder import Encoder
from gan_audio_compression.networks.generator import Generator
from gan_audio_compression.networks.serialisation import (
    ModelFileError,
    from_file,
    named_tensors,
    tensors_below,
    to_file,
)


def test_round_trip(small: NetworkConfig) -> None:
    encoder, generator = Encoder(small), Generator(small)
    encoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    data = to_file(named_tensors(encoder=encoder, generator=generator), {"width": "16"})
    tensors, metadata = from_file(data)
    assert metadata == {"width": "16"}
    other = Encoder(small)
    other.load_state_dict(tensors_below(tensors, "encoder"))
    for ours, theirs in zip(encoder.parameters(), other.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    assert tensors_below(tensors, "generator").keys() == generator.state_dict().keys()


def test_a_prefix_is_a_whole_name() -> None:
    tensors = {"encoder.weight": torch.ones(1), "encoder_average.weight": torch.zeros(1)}
    assert list(tensors_below(tensors, "encoder")) == ["weight"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF\x00\x00\x00\x00WAVEfmt ",
        bytes(100),
        save({"weight": torch.ones(2)}),
        to_file({"weight": torch.ones(2)}, {"width": "16"})[:-3],
    ],
    ids=["empty", "wave file", "zeros", "no metadata", "truncated"],
)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ModelFileError, match="train the codec again"):
        from_file(data)
