"""What the GAN stage hands to the encoder stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Self

import torch
from torch import Tensor

from gan_audio_compression.networks.config import NetworkConfig
from gan_audio_compression.networks.model_header import ModelMetadata
from gan_audio_compression.networks.serialisation import (
    named_tensors,
    open_network,
    tensors_below,
)
from gan_audio_compression.networks.stored_model import StoredModel
from gan_audio_compression.training.gan import AutoEncoder


@dataclass(frozen=True, eq=False)
class GanModel(StoredModel):
    """Encoder and generator as the GAN stage left them.

    Attributes:
        networks: shape of the networks.
        model: encoder and generator.
        encoder_is_trained: whether the stage trained the encoder.
    """

    kind: ClassVar[str] = "gan"
    networks: NetworkConfig
    model: AutoEncoder
    encoder_is_trained: bool
    training_digest: str

    def _tensors(self) -> dict[str, Tensor]:
        trained = torch.tensor(self.encoder_is_trained)
        return named_tensors(gan=self.model) | {"encoder_is_trained": trained}

    @classmethod
    def _from_tensors(cls, metadata: ModelMetadata, tensors: Mapping[str, Tensor]) -> Self:
        networks = metadata.networks
        assert isinstance(networks, NetworkConfig)
        return cls(
            networks,
            open_network(partial(AutoEncoder, networks), tensors_below(tensors, "gan")),
            bool(tensors["encoder_is_trained"]),
            metadata.training_digest,
        )
