"""What sender and receiver of the segment codec share: networks, levels and tables."""

import copy
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, ClassVar, Self, get_args

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from gan_audio_compression.codec.autocast import autocast
from gan_audio_compression.codec.precision import Precision
from gan_audio_compression.codec.segment.quantiser import Quantiser
from gan_audio_compression.codec.trained_codec import TrainedCodec
from gan_audio_compression.entropy.tables import LevelTables
from gan_audio_compression.networks.model_header import ModelMetadata
from gan_audio_compression.networks.segment.config import SegmentConfig, segment_config
from gan_audio_compression.networks.segment.networks import new_encoder, new_generator
from gan_audio_compression.networks.torch_weights import named_weights, open_network
from gan_audio_compression.networks.weights import Weights, weights_below
from gan_audio_compression.signal.loudness_match import Descent
from gan_audio_compression.signal.own_state import own_state
from gan_audio_compression.signal.segments import join_segments


@dataclass(frozen=True, eq=False)
class SegmentModel(TrainedCodec):
    """The trained segment codec.

    Attributes:
        networks: shape of the networks.
        encoder: images to latents.
        generator: latents to images.
        quantiser: levels of the latents.
        padding: symbols [positions] of a latent column of silence.
        tables: probabilities of the levels, one table for each position in a column.
        bitrate: bits for each second of a file where none are asked for: as many as it takes.
        strategy: of a search where none is asked for.

    Raises:
        ValueError: the parts do not fit together.
    """

    kind: ClassVar[str] = "segment"
    networks: SegmentConfig
    encoder: nn.Module
    generator: nn.Module
    quantiser: Quantiser
    padding: Tensor
    tables: LevelTables
    training_digest: str
    precision: Precision = "float32"
    bitrate: ClassVar[float | None] = None
    descent: ClassVar[Descent | None] = None
    strategy: ClassVar[str] = "admm"

    def __post_init__(self) -> None:
        levels, positions = self.quantiser.levels, self.networks.positions
        if levels.dtype != torch.float32:
            raise ValueError(f"levels are {levels.dtype}, not torch.float32")
        if self.padding.shape != (positions,) or self.padding.dtype != torch.int64:
            raise ValueError(f"padding is {self.padding.dtype} {list(self.padding.shape)}")
        if self.tables.counts.shape != (positions, len(levels)):
            raise ValueError(f"counts are of shape {list(self.tables.counts.shape)}")
        if not ((self.padding >= 0) & (self.padding < len(levels))).all():
            raise ValueError("padding has symbols that are no levels")
        if self.precision not in get_args(Precision):
            raise ValueError(f"precision is {self.precision!r}; give float32 or bfloat16")
        for module in (self.encoder, self.generator):
            module.eval().requires_grad_(False)

    @property
    def positions(self) -> int:
        """Symbols in a latent column."""
        return self.padding.numel()

    @property
    def device(self) -> str:
        """Where the networks, levels and padding are."""
        return str(self.padding.device)

    @own_state()
    def to(self, device: str, precision: Precision = "float32") -> Self:
        """Return a codec that computes on `device` in `precision`; this one stays as it is."""
        return replace(
            self,
            encoder=copy.deepcopy(self.encoder).to(device),
            generator=copy.deepcopy(self.generator).to(device),
            quantiser=self.quantiser.to(torch.device(device)),
            padding=self.padding.to(device),
            precision=precision,
        )

    def encode(self, images: Tensor) -> Tensor:
        """Return the latents [S, positions, columns], float32, of images [S, 1, 128, 128]."""
        return self._computed(self.encoder, images)

    def generate(self, latents: Tensor) -> Tensor:
        """Return the images [S, 1, 128, 128], float32, of latents [S, positions, columns]."""
        return self._computed(self.generator, latents)

    @torch.no_grad()
    def decode(self, symbols: Tensor, frames: int, exact: bool = False) -> Tensor:
        """Return the log mel [frames, 128], in nepers, of symbols [S, positions, columns].

        It is on the CPU. As a listener gets it where `exact`: float64, from a generator in double
        precision, or in bfloat16 if the codec computes in that. Else float32, for the sender.
        """
        latents = self.quantiser.values(symbols.to(self.device))
        if not exact or self.precision == "bfloat16":
            images = self.generate(latents)
            return join_segments((images.double() if exact else images).cpu(), frames)
        # One by one: a convolution in double precision takes 200 MB for a segment.
        each = [self._double_generator(latent.double()).cpu() for latent in latents.split(1)]
        return join_segments(torch.cat(each), frames)

    def _computed(self, network: nn.Module, inputs: Tensor) -> Tensor:
        with autocast(self.padding.device, self.precision):
            outputs: Tensor = network(inputs)
        return outputs.float()

    @cached_property
    @own_state()
    def _double_generator(self) -> nn.Module:
        """The generator in double precision.

        For what a listener gets: the synthesis blows up the rounding of single precision, which
        differs between machines, to another sound.
        """
        return copy.deepcopy(self.generator).double()

    def _weights(self) -> dict[str, NDArray[Any]]:
        return named_weights(encoder=self.encoder, generator=self.generator) | {
            "levels": self.quantiser.levels.cpu().numpy(),
            "padding": self.padding.cpu().numpy(),
            "counts": self.tables.counts,
        }

    @classmethod
    def _from_weights(cls, metadata: ModelMetadata, weights: Weights) -> Self:
        networks = segment_config(metadata.networks)
        return cls(
            networks,
            open_network(partial(new_encoder, networks), weights_below(weights, "encoder")),
            open_network(partial(new_generator, networks), weights_below(weights, "generator")),
            Quantiser(torch.from_numpy(weights["levels"])),
            torch.from_numpy(weights["padding"]),
            LevelTables(weights["counts"]),
            metadata.training_digest,
        )
