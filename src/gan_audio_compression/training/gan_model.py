"""What the GAN stage hands to the encoder stage."""

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from gan_audio_compression.networks.config import NetworkConfig
from gan_audio_compression.networks.errors import DamagedModelError
from gan_audio_compression.networks.model_header import ModelMetadata
from gan_audio_compression.networks.serialisation import (
    content_digest,
    from_file,
    named_tensors,
    open_network,
    tensors_below,
    to_file,
)
from gan_audio_compression.training.gan import AutoEncoder

KIND = "gan"


@dataclass(frozen=True, eq=False)
class GanModel:
    """Encoder and generator as the GAN stage left them.

    Attributes:
        networks: shape of the networks.
        model: encoder and generator.
        encoder_is_trained: whether the stage trained the encoder.
        training_digest: SHA-256 of what they were trained on and how.
    """

    networks: NetworkConfig
    model: AutoEncoder
    encoder_is_trained: bool
    training_digest: str

    def to_bytes(self) -> bytes:
        """Return a safetensors file."""
        tensors = self._tensors()
        digest = content_digest(self.networks, tensors)
        return to_file(ModelMetadata(KIND, self.networks, digest, self.training_digest), tensors)

    @classmethod
    def from_bytes(cls, data: bytes) -> "GanModel":
        """Undo `to_bytes`.

        Raises:
            ModelFileError: as `networks.serialisation.from_file` and `open_network`.
        """
        metadata, tensors = from_file(data, KIND)
        networks = metadata.networks
        assert isinstance(networks, NetworkConfig)
        try:
            return cls(
                networks,
                open_network(partial(AutoEncoder, networks), tensors_below(tensors, KIND)),
                bool(tensors["encoder_is_trained"]),
                metadata.training_digest,
            )
        except (KeyError, RuntimeError) as error:
            raise DamagedModelError(str(error)) from error

    def _tensors(self) -> dict[str, Tensor]:
        trained = torch.tensor(self.encoder_is_trained)
        return named_tensors(gan=self.model) | {"encoder_is_trained": trained}
