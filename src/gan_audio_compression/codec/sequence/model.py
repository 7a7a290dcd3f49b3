"""What sender and receiver of the codec over time share: networks and prior."""

import copy
from dataclasses import dataclass, fields
from functools import cached_property, partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from gan_audio_compression.codec.container.header import FINGERPRINT_BYTES
from gan_audio_compression.entropy.logistic import LARGEST_SYMBOL
from gan_audio_compression.entropy.recurrent import ONE, RecurrentModel
from gan_audio_compression.entropy.tables import LevelTables
from gan_audio_compression.networks.errors import DamagedModelError
from gan_audio_compression.networks.model_header import ModelMetadata
from gan_audio_compression.networks.sequence import (
    LATENT_FRAMES,
    SequenceEncoder,
    SequenceGenerator,
)
from gan_audio_compression.networks.sequence_config import SequenceConfig
from gan_audio_compression.networks.serialisation import (
    content_digest,
    from_file,
    named_tensors,
    open_network,
    tensors_below,
    to_file,
)
from gan_audio_compression.signal.loudness import from_loudness, to_loudness

KIND = "sequence"
QUALITIES = 64
"""Qualities that a chunk may have, from the coarsest, 0, to the finest."""

_PRIOR = "prior_"


@dataclass(frozen=True, eq=False, repr=False)
class SequenceModel:
    """The trained codec over time; networks are in evaluation mode and frozen.

    Attributes:
        networks: shape of the networks.
        encoder: loudness to latents.
        generator: latents to loudness.
        prior: codes the latents, in whole numbers.
        training_digest: SHA-256 of what the model was trained on and how.
    """

    networks: SequenceConfig
    encoder: SequenceEncoder
    generator: SequenceGenerator
    prior: RecurrentModel
    training_digest: str

    def __post_init__(self) -> None:
        if self.prior.channels != self.networks.latent_channels:
            raise ValueError(f"the prior is for {self.prior.channels} channels")
        for network in (self.encoder, self.generator):
            network.eval().requires_grad_(False)

    def __repr__(self) -> str:
        return f"SequenceModel({self.digest})"

    @torch.no_grad()
    def symbols(self, log_mel: Tensor, quality: int) -> NDArray[np.int64]:
        """Return the symbols int64 [ceil(frames / 4), C] of `log_mel` [frames, 128] in nepers.

        The last frame goes on to fill the last latent frame.
        """
        missing = -len(log_mel) % LATENT_FRAMES
        filled = torch.cat([log_mel, log_mel[-1:].expand(missing, -1)])
        latents = self.encoder(to_loudness(filled)[None], _told(quality))[0]
        symbols = latents.round().clamp(-LARGEST_SYMBOL, LARGEST_SYMBOL).long()
        return np.asarray(symbols.numpy(), np.int64)

    @torch.no_grad()
    def log_mel(self, symbols: NDArray[np.int64], quality: int, frames: int) -> Tensor:
        """Return the log mel [frames, 128] that symbols [ceil(frames / 4), C] stand for.

        In double precision, since the synthesis blows the rounding of single precision up to
        another sound, which would differ between machines.
        """
        latents = torch.from_numpy(symbols).double()[None]
        loudness = self._double_generator(latents, _told(quality).double())[0, :frames]
        return from_loudness(loudness)

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over all weights and tables: equal digests decode alike."""
        return content_digest(self.networks, self._tensors())

    @property
    def fingerprint(self) -> bytes:
        """The first bytes of the digest, as they stand in each file."""
        return bytes.fromhex(self.digest)[:FINGERPRINT_BYTES]

    def to_bytes(self) -> bytes:
        """Return a safetensors file: tensors, and the configuration as JSON metadata."""
        metadata = ModelMetadata(KIND, self.networks, self.digest, self.training_digest)
        return to_file(metadata, self._tensors())

    @classmethod
    def from_bytes(cls, data: bytes) -> "SequenceModel":
        """Undo `to_bytes`.

        Raises:
            ModelFileError: as `networks.serialisation.from_file` and `open_network`.
        """
        metadata, tensors = from_file(data, KIND)
        networks = metadata.networks
        assert isinstance(networks, SequenceConfig)
        try:
            arrays = {
                field.name: tensors[_PRIOR + field.name].numpy() for field in fields(RecurrentModel)
            }
            tables = LevelTables(arrays.pop("tables"))
            return cls(
                networks,
                open_network(partial(SequenceEncoder, networks), tensors_below(tensors, "encoder")),
                open_network(
                    partial(SequenceGenerator, networks), tensors_below(tensors, "generator")
                ),
                RecurrentModel(**arrays, tables=tables),
                metadata.training_digest,
            )
        except (KeyError, ValueError) as error:
            raise DamagedModelError(str(error).rstrip(".")) from error

    @cached_property
    def _double_generator(self) -> nn.Module:
        return copy.deepcopy(self.generator).double()

    def _tensors(self) -> dict[str, Tensor]:
        arrays = {field.name: getattr(self.prior, field.name) for field in fields(self.prior)}
        arrays["tables"] = self.prior.tables.counts.copy()
        prior = {_PRIOR + name: torch.from_numpy(array) for name, array in arrays.items()}
        return named_tensors(encoder=self.encoder, generator=self.generator) | prior


def fixed_point_quality(quality: int) -> int:
    """Return a quality 0 .. 63 as the prior is told it, 0 .. 4096."""
    return quality * ONE // (QUALITIES - 1)


def _told(quality: int) -> Tensor:
    return torch.tensor([fixed_point_quality(quality) / ONE])
