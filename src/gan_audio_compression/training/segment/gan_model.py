"""What the GAN stage hands to the encoder stage."""

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Self

from numpy.typing import NDArray

from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.networks.model_header import ModelMetadata
from gan_audio_compression.networks.segment.config import SegmentConfig, segment_config
from gan_audio_compression.networks.stored_model import StoredModel
from gan_audio_compression.networks.torch_weights import named_weights, open_network
from gan_audio_compression.networks.weights import Weights, weights_below
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

    def _weights(self) -> dict[str, NDArray[Any]]:
        return named_weights(gan=self.model)

    @classmethod
    def _from_weights(cls, metadata: ModelMetadata, weights: Weights) -> Self:
        networks = segment_config(metadata.networks)
        return cls(
            networks,
            open_network(partial(AutoEncoder, networks), weights_below(weights, "gan")),
            metadata.training_digest,
        )


def gan_model_of(codec: SegmentModel) -> GanModel:
    """Return the networks of a trained codec, on the CPU, to go on from; they are copied."""
    model = AutoEncoder(codec.networks)
    model.encoder.load_state_dict(codec.encoder.state_dict())
    model.generator.load_state_dict(codec.generator.state_dict())
    return GanModel(codec.networks, model, codec.training_digest)
