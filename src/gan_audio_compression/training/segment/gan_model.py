"""What the GAN stage hands to the encoder stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Self

from torch import Tensor

from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.networks.model_header import ModelMetadata
from gan_audio_compression.networks.segment.config import SegmentConfig, segment_config
from gan_audio_compression.networks.serialisation import (
    named_tensors,
    open_network,
    tensors_below,
)
from gan_audio_compression.networks.stored_model import StoredModel
from gan_audio_compression.training.segment.gan import AutoEncoder


@dataclass(frozen=True, eq=False)
class GanModel(StoredModel):
    """Encoder and generator as the GAN stage left them.

    Attributes:
        networks: shape of the networks.
        model: encoder and generator.
    """

    kind: ClassVar[str] = "gan"
    networks: SegmentConfig
    model: AutoEncoder
    training_digest: str

    def _tensors(self) -> dict[str, Tensor]:
        return named_tensors(gan=self.model)

    @classmethod
    def _from_tensors(cls, metadata: ModelMetadata, tensors: Mapping[str, Tensor]) -> Self:
        networks = segment_config(metadata.networks)
        return cls(
            networks,
            open_network(partial(AutoEncoder, networks), tensors_below(tensors, "gan")),
            metadata.training_digest,
        )


def gan_model_of(codec: SegmentModel) -> GanModel:
    """Return the networks of a trained codec, on the CPU, to go on from; they are copied."""
    model = AutoEncoder(codec.networks)
    model.encoder.load_state_dict(codec.encoder.state_dict())
    model.generator.load_state_dict(codec.generator.state_dict())
    return GanModel(codec.networks, model, codec.training_digest)
