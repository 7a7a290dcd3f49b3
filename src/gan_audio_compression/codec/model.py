"""What sender and receiver share: networks, levels and tables."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from gan_audio_compression.codec.container import FINGERPRINT_BYTES
from gan_audio_compression.codec.quantiser import Quantiser
from gan_audio_compression.entropy.tables import LevelTables
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


@dataclass(frozen=True, eq=False)
class CodecModel:
    """The trained codec; networks are in evaluation mode, frozen and on the CPU.

    Attributes:
        networks: shape of the networks.
        encoder: images to latents.
        generator: latents to images.
        quantiser: levels of the latents.
        padding: symbols [channels, 8 rows] of a latent column of silence.
        tables: probabilities of the levels, one table for each position in a column.
        training_digest: SHA-256 of what the model was trained on and how.
    """

    networks: NetworkConfig
    encoder: Encoder
    generator: Generator
    quantiser: Quantiser
    padding: Tensor
    tables: LevelTables
    training_digest: str

    def __post_init__(self) -> None:
        for network in (self.encoder, self.generator):
            network.eval().requires_grad_(False)

    @property
    def positions(self) -> int:
        """Symbols in a latent column."""
        return self.padding.numel()

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over all weights, levels and tables: equal digests decode alike."""
        state = hashlib.sha256(json.dumps(dataclasses.asdict(self.networks)).encode())
        for name, tensor in sorted(self._tensors().items()):
            state.update(name.encode())
            state.update(tensor.contiguous().numpy().tobytes())
        return state.hexdigest()

    @property
    def fingerprint(self) -> bytes:
        """The first bytes of the digest, as they stand in each file."""
        return bytes.fromhex(self.digest)[:FINGERPRINT_BYTES]

    def to_bytes(self) -> bytes:
        """Return a safetensors file: tensors, and the configuration as JSON metadata."""
        metadata = {
            "networks": json.dumps(dataclasses.asdict(self.networks)),
            "training_digest": self.training_digest,
        }
        return to_file(self._tensors(), metadata)

    @classmethod
    def from_bytes(cls, data: bytes) -> "CodecModel":
        """Undo `to_bytes`.

        Raises:
            ModelFileError: the bytes are not such a file.
        """
        tensors, metadata = from_file(data)
        try:
            networks = NetworkConfig(**json.loads(metadata["networks"]))
            encoder, generator = Encoder(networks), Generator(networks)
            encoder.load_state_dict(tensors_below(tensors, "encoder"))
            generator.load_state_dict(tensors_below(tensors, "generator"))
            return cls(
                networks,
                encoder,
                generator,
                Quantiser(tensors["levels"]),
                tensors["padding"],
                LevelTables(tensors["counts"].numpy()),
                metadata["training_digest"],
            )
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise ModelFileError(
                f"The model file holds no codec ({error}); train the codec again."
            ) from error

    def _tensors(self) -> dict[str, Tensor]:
        return named_tensors(encoder=self.encoder, generator=self.generator) | {
            "levels": self.quantiser.levels,
            "padding": self.padding,
            "counts": torch.from_numpy(self.tables.counts.copy()),
        }
