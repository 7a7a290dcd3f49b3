"""What sender and receiver share: networks, levels and tables."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import ClassVar, Self, get_args

import torch
from torch import Tensor, nn

from gan_audio_compression.codec.latent import ROWS
from gan_audio_compression.codec.precision import Precision
from gan_audio_compression.codec.quantiser import Quantiser
from gan_audio_compression.codec.search.config import ObjectiveName
from gan_audio_compression.codec.trained_codec import TrainedCodec
from gan_audio_compression.entropy.tables import LevelTables
from gan_audio_compression.networks.config import NetworkConfig
from gan_audio_compression.networks.encoder import Encoder
from gan_audio_compression.networks.generator import Generator
from gan_audio_compression.networks.model_header import ModelMetadata
from gan_audio_compression.networks.serialisation import (
    named_tensors,
    open_network,
    tensors_below,
)


@dataclass(frozen=True, eq=False)
class CodecModel(TrainedCodec):
    """The trained codec.

    Attributes:
        networks: shape of the networks.
        encoder: images to latents.
        generator: latents to images.
        quantiser: levels of the latents.
        padding: symbols [channels, 8 rows] of a latent column of silence.
        tables: probabilities of the levels, one table for each position in a column.
        bitrate: bits for each second of a file where none are asked for: as many as it takes.
        matches_loudness: whether the receiver's waveform is, see `signal.loudness_match`.
        strategy, objective: of a search where none is asked for.

    Raises:
        ValueError: the parts do not fit together.
    """

    kind: ClassVar[str] = "codec"
    networks: NetworkConfig
    encoder: Encoder
    generator: Generator
    quantiser: Quantiser
    padding: Tensor
    tables: LevelTables
    training_digest: str
    precision: Precision = "float32"
    bitrate: ClassVar[float | None] = None
    matches_loudness: ClassVar[bool] = False
    strategy: ClassVar[str] = "admm"
    objective: ClassVar[ObjectiveName] = "mse"

    def __post_init__(self) -> None:
        levels, channels = self.quantiser.levels, self.networks.latent_channels
        if levels.dtype != torch.float32:
            raise ValueError(f"levels are {levels.dtype}, not torch.float32")
        if self.padding.shape != (channels, ROWS) or self.padding.dtype != torch.int64:
            raise ValueError(f"padding is {self.padding.dtype} {list(self.padding.shape)}")
        if self.tables.counts.shape != (channels * ROWS, len(levels)):
            raise ValueError(f"counts are of shape {list(self.tables.counts.shape)}")
        if not ((self.padding >= 0) & (self.padding < len(levels))).all():
            raise ValueError("padding has symbols that are no levels")
        if self.precision not in get_args(Precision):
            raise ValueError(f"precision is {self.precision!r}; give float32 or bfloat16")
        super().__post_init__()

    @property
    def positions(self) -> int:
        """Symbols in a latent column."""
        return self.padding.numel()

    @property
    def device(self) -> torch.device:
        """Where the networks, levels and padding are."""
        return self.padding.device

    def to(self, device: torch.device | str, precision: Precision = "float32") -> Self:
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
        """Return the latents [S, C, 8, 8], float32, of images [S, 1, 128, 128]."""
        return self._computed(self.encoder, images)

    def generate(self, latents: Tensor) -> Tensor:
        """Return the images [S, 1, 128, 128], float32, of latents [S, C, 8, 8]."""
        return self._computed(self.generator, latents)

    def render(self, latents: Tensor) -> Tensor:
        """Return the images of latents as a listener gets them, float64 [S, 1, 128, 128].

        In double precision, or in bfloat16 if the codec computes in that.
        """
        if self.precision == "bfloat16":
            return self.generate(latents).double()
        images: Tensor = self._double_generator(latents.double())
        return images

    def symbols(self, latents: Tensor, rate_weight: float = 0.0) -> Tensor:
        """Return the symbols [S, C, 8, W] of latents: each element's best trade for its bits.

        Args:
            latents: [S, C, 8, W].
            rate_weight: square distance to a level that one bit of code length is worth; at 0
                the nearest level is taken, whatever it costs.
        """
        costs = rate_weight * self._code_lengths if rate_weight else None
        return self.quantiser.symbols(latents, costs)

    @cached_property
    def _code_lengths(self) -> Tensor:
        """Bits of each symbol, [C, 8 rows, 1 column, levels]."""
        bits = torch.tensor(self.tables.bits, dtype=torch.float32)
        return bits.reshape(*self.padding.shape, 1, -1).to(self.device)

    def _computed(self, network: nn.Module, inputs: Tensor) -> Tensor:
        with self._autocast():
            outputs: Tensor = network(inputs)
        return outputs.float()

    def _tensors(self) -> dict[str, Tensor]:
        return named_tensors(encoder=self.encoder, generator=self.generator) | {
            "levels": self.quantiser.levels,
            "padding": self.padding,
            "counts": torch.from_numpy(self.tables.counts.copy()),
        }

    @classmethod
    def _from_tensors(cls, metadata: ModelMetadata, tensors: Mapping[str, Tensor]) -> Self:
        networks = metadata.networks
        assert isinstance(networks, NetworkConfig)
        return cls(
            networks,
            open_network(partial(Encoder, networks), tensors_below(tensors, "encoder")),
            open_network(partial(Generator, networks), tensors_below(tensors, "generator")),
            Quantiser(tensors["levels"]),
            tensors["padding"],
            LevelTables(tensors["counts"].numpy()),
            metadata.training_digest,
        )
