"""What sender and receiver of the sequence codec share: networks, prior and settings."""

import copy
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property, partial
from typing import Any, ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from gan_audio_compression.codec.precision import Precision
from gan_audio_compression.codec.sequence.float_prior import FloatPrior, thaw_prior
from gan_audio_compression.codec.sequence.holding import held, held_pieces
from gan_audio_compression.codec.sequence.magnitudes import NetworkMagnitudes
from gan_audio_compression.codec.sequence.quality import Quality
from gan_audio_compression.codec.sequence.trade import Trade
from gan_audio_compression.codec.trained_codec import TrainedCodec
from gan_audio_compression.entropy.integer_prior import IntegerPrior
from gan_audio_compression.entropy.logistic import LARGEST_SYMBOL
from gan_audio_compression.entropy.tables import LevelTables
from gan_audio_compression.networks.model_header import ModelMetadata
from gan_audio_compression.networks.sequence.config import (
    LATENT_FRAMES,
    MagnitudeConfig,
    SequenceConfig,
)
from gan_audio_compression.networks.sequence.encoder import SequenceEncoder
from gan_audio_compression.networks.sequence.generator import SequenceGenerator
from gan_audio_compression.networks.sequence.magnitude import MagnitudeNetwork
from gan_audio_compression.networks.serialisation import (
    named_tensors,
    open_network,
    tensors_below,
)
from gan_audio_compression.signal.distortion import DistortionWeights
from gan_audio_compression.signal.loudness import from_loudness, to_loudness
from gan_audio_compression.signal.magnitude import Magnitudes
from gan_audio_compression.signal.torch_state import own_torch_state

_PRIOR = "prior_"
_MAGNITUDE = "magnitude"


@dataclass(frozen=True, eq=False, repr=False)
class SequenceModel(TrainedCodec):
    """The trained sequence codec.

    Attributes:
        networks: shape of the networks.
        encoder: loudness to latents.
        generator: latents to loudness.
        prior: codes the latents, in whole numbers.
        magnitude: the receiver's last network, on the CPU as all that makes the wave; None where
            the pseudo-inverse of the mel filters stands in for it.
        trade: of bits for distortion that it was trained with, which a search keeps to.
        distortion: that it was trained to keep low, which a search does too.
        bitrate: bits for each second of a file where none are asked for.
        strategy: of a search where none is asked for.
    """

    kind: ClassVar[str] = "sequence"
    networks: SequenceConfig
    encoder: SequenceEncoder
    generator: SequenceGenerator
    prior: IntegerPrior
    training_digest: str
    trade: Trade = field(default_factory=Trade)
    distortion: DistortionWeights = field(default_factory=DistortionWeights)
    precision: Precision = "float32"
    magnitude: MagnitudeNetwork | None = None
    bitrate: ClassVar[float] = 2000.0
    matches_loudness: ClassVar[bool] = True
    strategy: ClassVar[str] = "annealing"

    def __post_init__(self) -> None:
        if self.prior.channels != self.networks.latent_channels:
            raise ValueError(f"the prior is for {self.prior.channels} channels")
        super().__post_init__()

    def __repr__(self) -> str:
        return f"SequenceModel({self.digest})"

    @property
    def settings(self) -> Mapping[str, Any]:
        """Trade and distortion, as a model file has them."""
        return {"trade": asdict(self.trade), "distortion": asdict(self.distortion)}

    @property
    def modules(self) -> tuple[nn.Module, ...]:
        """See `TrainedCodec.modules`."""
        return super().modules + (() if self.magnitude is None else (self.magnitude,))

    def magnitudes(self) -> Magnitudes:
        """See `TrainedCodec.magnitudes`."""
        if self._double_magnitude is None:
            return super().magnitudes()
        return NetworkMagnitudes(self._double_magnitude)

    @property
    def device(self) -> torch.device:
        """Where the networks are."""
        return self.encoder.mean.device

    @own_torch_state()
    def to(self, device: torch.device | str, precision: Precision = "float32") -> Self:
        """Return a codec that computes on `device` in `precision`; this one stays as it is."""
        return replace(
            self,
            encoder=copy.deepcopy(self.encoder).to(device),
            generator=copy.deepcopy(self.generator).to(device),
            precision=precision,
        )

    @torch.no_grad()
    def latents(self, log_mel: Tensor, quality: Quality) -> Tensor:
        """Return the encoder's latents [1, ceil(frames / 4), C] of `log_mel` [frames, 128].

        They are in steps of the quantiser, not whole, and held where the sound does not change. The
        last frame goes on to fill the last latent frame.

        Args:
            log_mel: of a chunk, in nepers.
            quality: to code it with.
        """
        missing = -len(log_mel) % LATENT_FRAMES
        filled = torch.cat([log_mel, log_mel[-1:].expand(missing, -1)])
        loudness = to_loudness(filled)[None].to(self.device)
        with self._autocast():
            latents: Tensor = self.encoder(loudness, quality.conditioning(self.device))
        return held(latents.float(), held_pieces(log_mel))

    def symbols(self, log_mel: Tensor, quality: Quality, shrunk: float = 1.0) -> NDArray[np.int64]:
        """Return the symbols int64 [ceil(frames / 4), C] of `log_mel` [frames, 128] in nepers.

        Args:
            log_mel: of a chunk.
            quality: to code it with.
            shrunk: factor on the latents, 0 .. 1; below 1 there are fewer bits, for worse sound.
        """
        return whole(shrunk * self.latents(log_mel, quality))

    def generate(self, latents: Tensor, quality: Quality, rough: bool = False) -> Tensor:
        """Return the loudness [B, 4 N, 128], float32, of `latents` [B, N, C]; differentiable.

        If it may be rough, it is computed in bfloat16 where that is faster.
        """
        with self._autocast(rough):
            loudness: Tensor = self.generator(latents, quality.conditioning(self.device))
        return loudness.float()

    @torch.no_grad()
    def decode(
        self, symbols: NDArray[np.int64], quality: Quality, frames: int, exact: bool = False
    ) -> Tensor:
        """Return the log mel [frames, 128], on the CPU, of symbols [ceil(frames / 4), C].

        It is in nepers. As a listener gets it where `exact`: float64, from a generator in double
        precision, or in bfloat16 if the codec computes in that. Else float32, for the sender's use.
        """
        latents = torch.from_numpy(symbols).float().to(self.device)[None]
        if exact and self.precision != "bfloat16":
            conditioning = quality.conditioning(self.device).double()
            loudness: Tensor = self._double_generator(latents.double(), conditioning)
        else:
            loudness = self.generate(latents, quality)
        log_mel = from_loudness(loudness[0, :frames]).cpu()
        return log_mel.double() if exact else log_mel

    @cached_property
    @own_torch_state()
    def float_prior(self) -> FloatPrior:
        """The prior in floats, for a search alone: it has a gradient, but does not code."""
        return thaw_prior(self.prior).requires_grad_(False).to(self.device)

    @cached_property
    @own_torch_state()
    def _double_magnitude(self) -> MagnitudeNetwork | None:
        """See `_double_generator`."""
        return copy.deepcopy(self.magnitude).double() if self.magnitude is not None else None

    def _shape(self) -> dict[str, Any]:
        shape = super()._shape()
        if self.magnitude is not None:
            shape[_MAGNITUDE] = asdict(self.magnitude.config)
        return shape

    def _tensors(self) -> dict[str, Tensor]:
        arrays = {field.name: getattr(self.prior, field.name) for field in fields(self.prior)}
        arrays["tables"] = self.prior.tables.counts.copy()
        prior = {_PRIOR + name: torch.from_numpy(array) for name, array in arrays.items()}
        networks = named_tensors(encoder=self.encoder, generator=self.generator)
        if self.magnitude is not None:
            networks |= named_tensors(**{_MAGNITUDE: self.magnitude})
        return networks | prior

    @classmethod
    def _from_tensors(cls, metadata: ModelMetadata, tensors: Mapping[str, Tensor]) -> Self:
        shape = dict(metadata.networks)
        magnitude = shape.pop(_MAGNITUDE, None)
        networks = SequenceConfig(**shape)
        arrays = {
            field.name: tensors[_PRIOR + field.name].numpy() for field in fields(IntegerPrior)
        }
        tables = LevelTables(arrays.pop("tables"))
        settings = metadata.settings
        return cls(
            networks,
            open_network(partial(SequenceEncoder, networks), tensors_below(tensors, "encoder")),
            open_network(partial(SequenceGenerator, networks), tensors_below(tensors, "generator")),
            IntegerPrior(**arrays, tables=tables),
            metadata.training_digest,
            Trade(**settings.get("trade", {})),
            DistortionWeights(**settings.get("distortion", {})),
            magnitude=magnitude and _open_magnitude(magnitude, tensors_below(tensors, _MAGNITUDE)),
        )


def _open_magnitude(shape: Mapping[str, Any], weights: Mapping[str, Tensor]) -> MagnitudeNetwork:
    return open_network(partial(MagnitudeNetwork, MagnitudeConfig(**shape)), weights)


def whole(latents: Tensor) -> NDArray[np.int64]:
    """Return the symbols int64 [N, C] that are nearest to latents [1, N, C]."""
    rounded = latents[0].round().clamp(-LARGEST_SYMBOL, LARGEST_SYMBOL)
    return np.asarray(rounded.long().cpu().numpy(), np.int64)
