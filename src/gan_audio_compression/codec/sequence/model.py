"""What sender and receiver of the codec over time share: networks and prior."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property, partial
from typing import ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.codec.precision import Precision
from gan_audio_compression.codec.search.config import ObjectiveName
from gan_audio_compression.codec.sequence.prior import RecurrentPrior, thaw_prior
from gan_audio_compression.codec.trained_codec import TrainedCodec
from gan_audio_compression.entropy.logistic import LARGEST_SYMBOL
from gan_audio_compression.entropy.recurrent import ONE, RecurrentModel
from gan_audio_compression.entropy.tables import LevelTables
from gan_audio_compression.networks.model_header import ModelMetadata
from gan_audio_compression.networks.sequence import (
    LATENT_FRAMES,
    SequenceEncoder,
    SequenceGenerator,
)
from gan_audio_compression.networks.sequence_config import SequenceConfig
from gan_audio_compression.networks.serialisation import (
    named_tensors,
    open_network,
    tensors_below,
)
from gan_audio_compression.signal.loudness import from_loudness, to_loudness

QUALITIES = 256
"""Qualities that a chunk may have, from the coarsest, 0, to the finest."""

_PRIOR = "prior_"


@dataclass(frozen=True, eq=False, repr=False)
class SequenceModel(TrainedCodec):
    """The trained codec over time.

    Attributes:
        networks: shape of the networks.
        encoder: loudness to latents.
        generator: latents to loudness.
        prior: codes the latents, in whole numbers.
        bitrate: bits for each second of a file where none are asked for.
        matches_loudness: whether the receiver's waveform is, see `signal.loudness_match`.
        strategy, objective: of a search where none is asked for.
    """

    kind: ClassVar[str] = "sequence"
    networks: SequenceConfig
    encoder: SequenceEncoder
    generator: SequenceGenerator
    prior: RecurrentModel
    training_digest: str
    precision: Precision = "float32"
    bitrate: ClassVar[float] = 2000.0
    matches_loudness: ClassVar[bool] = True
    strategy: ClassVar[str] = "annealing"
    objective: ClassVar[ObjectiveName] = "loudness"

    def __post_init__(self) -> None:
        if self.prior.channels != self.networks.latent_channels:
            raise ValueError(f"the prior is for {self.prior.channels} channels")
        super().__post_init__()

    def __repr__(self) -> str:
        return f"SequenceModel({self.digest})"

    @property
    def device(self) -> torch.device:
        """Where the networks are."""
        return self.encoder.mean.device

    def to(self, device: torch.device | str, precision: Precision = "float32") -> Self:
        """Return a codec that computes on `device` in `precision`; this one stays as it is."""
        return replace(
            self,
            encoder=copy.deepcopy(self.encoder).to(device),
            generator=copy.deepcopy(self.generator).to(device),
            precision=precision,
        )

    @torch.no_grad()
    def latents(self, log_mel: Tensor, quality: int) -> Tensor:
        """Return the encoder's latents [1, ceil(frames / 4), C] of `log_mel` [frames, 128].

        They are in steps of the quantiser, not whole. The last frame goes on to fill the last
        latent frame.

        Args:
            log_mel: of a chunk, in nepers.
            quality: 0 .. 255.
        """
        missing = -len(log_mel) % LATENT_FRAMES
        filled = torch.cat([log_mel, log_mel[-1:].expand(missing, -1)])
        loudness = to_loudness(filled)[None].to(self.device)
        with self._autocast():
            latents: Tensor = self.encoder(loudness, told(quality, self.device))
        return latents.float()

    def symbols(self, log_mel: Tensor, quality: int, shrunk: float = 1.0) -> NDArray[np.int64]:
        """Return the symbols int64 [ceil(frames / 4), C] of `log_mel` [frames, 128] in nepers.

        Args:
            log_mel: of a chunk.
            quality: 0 .. 255.
            shrunk: factor on the latents, 0 .. 1; below 1 there are fewer bits, for worse sound.
        """
        return whole(shrunk * self.latents(log_mel, quality))

    def generate(self, latents: Tensor, quality: int, rough: bool = False) -> Tensor:
        """Return the loudness [B, 4 N, 128], float32, of `latents` [B, N, C]; differentiable.

        If it may be rough, it is computed in bfloat16 where that is faster.
        """
        with self._autocast(rough):
            loudness: Tensor = self.generator(latents, told(quality, self.device))
        return loudness.float()

    @torch.no_grad()
    def log_mel(self, symbols: NDArray[np.int64], quality: int, frames: int) -> Tensor:
        """Return the log mel [frames, 128], float32, of symbols [ceil(frames / 4), C]."""
        latents = torch.from_numpy(symbols).float().to(self.device)[None]
        return from_loudness(self.generate(latents, quality)[0, :frames]).cpu()

    @torch.no_grad()
    def render(self, symbols: NDArray[np.int64], quality: int, frames: int) -> Tensor:
        """Return the log mel as a listener gets it, float64.

        In double precision, or in bfloat16 if the codec computes in that.
        """
        if self.precision == "bfloat16":
            return self.log_mel(symbols, quality, frames).double()
        latents = torch.from_numpy(symbols).double().to(self.device)[None]
        loudness = self._double_generator(latents, told(quality, self.device).double())[0, :frames]
        return from_loudness(loudness).cpu()

    @cached_property
    def float_prior(self) -> RecurrentPrior:
        """The prior in floats, for a search alone: it has a gradient, but does not code."""
        return thaw_prior(self.prior).requires_grad_(False).to(self.device)

    def _tensors(self) -> dict[str, Tensor]:
        arrays = {field.name: getattr(self.prior, field.name) for field in fields(self.prior)}
        arrays["tables"] = self.prior.tables.counts.copy()
        prior = {_PRIOR + name: torch.from_numpy(array) for name, array in arrays.items()}
        return named_tensors(encoder=self.encoder, generator=self.generator) | prior

    @classmethod
    def _from_tensors(cls, metadata: ModelMetadata, tensors: Mapping[str, Tensor]) -> Self:
        networks = metadata.networks
        assert isinstance(networks, SequenceConfig)
        arrays = {
            field.name: tensors[_PRIOR + field.name].numpy() for field in fields(RecurrentModel)
        }
        tables = LevelTables(arrays.pop("tables"))
        return cls(
            networks,
            open_network(partial(SequenceEncoder, networks), tensors_below(tensors, "encoder")),
            open_network(partial(SequenceGenerator, networks), tensors_below(tensors, "generator")),
            RecurrentModel(**arrays, tables=tables),
            metadata.training_digest,
        )


def fixed_point_quality(quality: int) -> int:
    """Return a quality 0 .. 255 as the prior is told it, 0 .. 4096."""
    return quality * ONE // (QUALITIES - 1)


def told(quality: int, device: torch.device) -> Tensor:
    """Return a quality 0 .. 255 as the networks are told it, [1] in 0 .. 1."""
    return torch.tensor([fixed_point_quality(quality) / ONE], device=device)


def whole(latents: Tensor) -> NDArray[np.int64]:
    """Return the symbols int64 [N, C] that are nearest to latents [1, N, C]."""
    rounded = latents[0].round().clamp(-LARGEST_SYMBOL, LARGEST_SYMBOL)
    return np.asarray(rounded.long().cpu().numpy(), np.int64)
