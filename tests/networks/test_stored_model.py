"""A model's file: a round trip, and refusal of what no program wrote or what has changed since."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.networks.errors import DamagedModelError, ModelFileError
from gan_audio_compression.networks.model_header import ModelMetadata
from gan_audio_compression.networks.segment.config import FrameConfig, SegmentConfig, segment_config
from gan_audio_compression.networks.serialisation import content_digest, from_file, to_file
from gan_audio_compression.networks.stored_model import StoredModel
from gan_audio_compression.networks.weights import Weights

WEIGHTS = {
    "a.weight": np.linspace(0, 1, 30, dtype=np.float32),
    "levels": np.linspace(0, 1, 4, dtype=np.float32),
}


@dataclass(frozen=True, eq=False)
class Small(StoredModel):
    """A model of any arrays."""

    kind: ClassVar[str] = "test"
    networks: SegmentConfig
    weights: Weights
    training_digest: str = "this"

    @property
    def settings(self) -> Mapping[str, Any]:
        return {"trade": {"lowest_quality": 0.25}}

    def _weights(self) -> dict[str, NDArray[Any]]:
        return dict(self.weights)

    @classmethod
    def _from_weights(cls, metadata: ModelMetadata, weights: Weights) -> Self:
        return cls(segment_config(metadata.networks), weights, metadata.training_digest)


MODEL = Small(FrameConfig(width=16), WEIGHTS)


def file_of(**changes: Any) -> bytes:
    """The model's file, with other metadata."""
    metadata, weights = from_file(MODEL.to_bytes(), "test")
    return to_file(ModelMetadata(**vars(metadata) | changes), weights)


def test_round_trip() -> None:
    opened = Small.from_bytes(MODEL.to_bytes())
    assert opened.networks == MODEL.networks
    assert opened.training_digest == "this"
    assert opened.weights.keys() == WEIGHTS.keys()
    assert all(np.array_equal(opened.weights[name], weight) for name, weight in WEIGHTS.items())
    assert opened.to_bytes() == MODEL.to_bytes()


def test_settings_stand_in_the_file() -> None:
    assert from_file(MODEL.to_bytes(), "test")[0].settings == MODEL.settings


def test_another_digest_is_refused() -> None:
    with pytest.raises(DamagedModelError, match="its digest differs"):
        Small.from_bytes(file_of(digest="0f" * 32))


@pytest.mark.parametrize(
    "networks",
    [
        {"width": 10**9},
        {"residual_blocks": 10**9},
        {"width": "16"},
        {"height": 16},
        {"layers": "frames", "residual_blocks": 1},
        {"layers": "waves"},
    ],
    ids=str,
)
def test_impossible_networks_are_refused(networks: dict[str, Any]) -> None:
    with pytest.raises(DamagedModelError, match="download it again, or train it again"):
        Small.from_bytes(file_of(networks=networks))


def test_damage_is_seen() -> None:
    """Whatever bit is flipped: an error of ours, or metadata that the digest does not cover."""
    data = MODEL.to_bytes()
    digest = content_digest(MODEL._shape(), WEIGHTS)
    for position in range(len(data)):
        damaged = bytearray(data)
        damaged[position] ^= 1 << position % 8
        try:
            opened = Small.from_bytes(bytes(damaged))
        except ModelFileError:
            continue
        assert content_digest(opened._shape(), opened.weights) == digest
