"""What the GAN stage hands to the encoder stage."""

import dataclasses
import json
from dataclasses import dataclass

from gan_audio_compression.networks.config import NetworkConfig
from gan_audio_compression.networks.serialisation import (
    ModelFileError,
    from_file,
    named_tensors,
    tensors_below,
    to_file,
)
from gan_audio_compression.training.gan import AutoEncoder


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
        metadata = {
            "networks": json.dumps(dataclasses.asdict(self.networks)),
            "encoder_is_trained": json.dumps(self.encoder_is_trained),
            "training_digest": self.training_digest,
        }
        return to_file(named_tensors(model=self.model), metadata)

    @classmethod
    def from_bytes(cls, data: bytes) -> "GanModel":
        """Undo `to_bytes`.

        Raises:
            ModelFileError: the bytes are not such a file.
        """
        tensors, metadata = from_file(data)
        try:
            networks = NetworkConfig(**json.loads(metadata["networks"]))
            model = AutoEncoder(networks)
            model.load_state_dict(tensors_below(tensors, "model"))
            return cls(
                networks,
                model,
                json.loads(metadata["encoder_is_trained"]),
                metadata["training_digest"],
            )
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise ModelFileError(
                f"The model file holds no generator ({error}); train it again."
            ) from error
