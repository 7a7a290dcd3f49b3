"""What sender and receiver of the sequence codec share: networks, prior and settings."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.codec.chunk_coder import LogMel
from gan_audio_compression.codec.precision import Precision
from gan_audio_compression.codec.sequence.array_networks import ArrayNetworks
from gan_audio_compression.codec.sequence.holding import held, held_pieces
from gan_audio_compression.codec.sequence.magnitudes import NetworkMagnitudes
from gan_audio_compression.codec.sequence.prior_model import MAGNITUDE, PriorModel
from gan_audio_compression.codec.sequence.quality import Quality
from gan_audio_compression.codec.sequence.trade import Trade
from gan_audio_compression.codec.trained_codec import TrainedCodec
from gan_audio_compression.entropy.integer_prior import IntegerPrior
from gan_audio_compression.entropy.logistic import nearest_symbols
from gan_audio_compression.extras import require
from gan_audio_compression.networks.sequence.config import (
    LATENT_FRAMES,
    MagnitudeConfig,
    SequenceConfig,
)
from gan_audio_compression.networks.sequence.shapes import (
    encoder_shapes,
    generator_shapes,
    magnitude_shapes,
)
from gan_audio_compression.networks.weights import (
    Weights,
    require_weights,
    weights_under,
)
from gan_audio_compression.signal.distortion_weights import DistortionWeights
from gan_audio_compression.signal.loudness import from_loudness, to_loudness
from gan_audio_compression.signal.loudness_match import Descent
from gan_audio_compression.signal.magnitude import Magnitudes
from gan_audio_compression.signal.own_state import own_state

if TYPE_CHECKING:
    from gan_audio_compression.codec.sequence.tensor_networks import TensorNetworks


@dataclass(frozen=True, eq=False, repr=False)
class SequenceModel(PriorModel, TrainedCodec):
    """The trained sequence codec.

    Attributes:
        networks: shape of the networks.
        weights: of encoder and generator, and of the receiver's last network if it has one, as
            "encoder.name", "generator.name" and "magnitude.name".
        prior: codes the latents, in whole numbers.
        trade: of bits for distortion that it was trained with, which a search keeps to.
        distortion: that it was trained to keep low, which a search does too.
        magnitude: shape of the receiver's last network; None where the pseudo-inverse of the mel
            filters stands in for it.
        device: where the networks compute; what makes the wave always does on the CPU.
        bitrate: bits for each second of a file where none are asked for.
        strategy: of a search where none is asked for.

    Raises:
        DamagedModelError: weights are not those of the networks.
        MissingPackageError: it is to compute elsewhere or in bfloat16, and PyTorch is not there.
    """

    kind: ClassVar[str] = "sequence"
    shape_type: ClassVar[type[Any]] = SequenceConfig
    networks: SequenceConfig
    weights: Weights
    prior: IntegerPrior
    training_digest: str
    trade: Trade = field(default_factory=Trade)
    distortion: DistortionWeights = field(default_factory=DistortionWeights)
    magnitude: MagnitudeConfig | None = None
    device: str = "cpu"
    precision: Precision = "float32"
    bitrate: ClassVar[float] = 2000.0
    descent: ClassVar[Descent | None] = Descent()
    strategy: ClassVar[str] = "annealing"

    def __post_init__(self) -> None:
        if self.prior.channels != self.networks.latent_channels:
            raise ValueError(f"the prior is for {self.prior.channels} channels")
        shapes = weights_under("encoder", encoder_shapes(self.networks))
        shapes |= weights_under("generator", generator_shapes(self.networks))
        if self.magnitude is not None:
            shapes |= weights_under(MAGNITUDE, magnitude_shapes(self.magnitude))
        require_weights(self.weights, shapes)
        if not self._needs_no_torch:
            require(f"Computing in {self.precision} on {self.device}", "search", "torch")
            # Loaded now, so that `own_state` knows of it wherever the model computes.
            import_module("gan_audio_compression.codec.sequence.tensor_networks")

    def __repr__(self) -> str:
        return f"SequenceModel({self.digest})"

    def magnitudes(self) -> Magnitudes:
        """See `TrainedCodec.magnitudes`."""
        if self.magnitude is None:
            return super().magnitudes()
        return NetworkMagnitudes(self._magnitude_layers)

    def to(self, device: str, precision: Precision = "float32") -> Self:
        """Return a codec that computes on `device` in `precision`; this one stays as it is."""
        return replace(self, device=device, precision=precision)

    def latents(self, log_mel: LogMel, quality: Quality) -> NDArray[np.float32]:
        """Return the encoder's latents [ceil(frames / 4), C] of `log_mel` [frames, 128].

        They are in steps of the quantiser, not whole, and held where the sound does not change. The
        last frame goes on to fill the last latent frame.

        Args:
            log_mel: of a chunk, in nepers.
            quality: to code it with.
        """
        missing = -len(log_mel) % LATENT_FRAMES
        filled = np.concatenate([log_mel, np.repeat(log_mel[-1:], missing, axis=0)])
        latents = self._networks.latents(to_loudness(filled), quality)
        return held(latents, held_pieces(log_mel))

    def symbols(self, log_mel: LogMel, quality: Quality, shrunk: float = 1.0) -> NDArray[np.int64]:
        """Return the symbols int64 [ceil(frames / 4), C] of `log_mel` [frames, 128] in nepers.

        Args:
            log_mel: of a chunk.
            quality: to code it with.
            shrunk: factor on the latents, 0 .. 1; below 1 there are fewer bits, for worse sound.
        """
        return nearest_symbols(shrunk * self.latents(log_mel, quality))

    def decode(
        self, symbols: NDArray[np.int64], quality: Quality, frames: int, exact: bool = False
    ) -> NDArray[Any]:
        """Return the log mel [frames, 128], in nepers, of symbols [ceil(frames / 4), C].

        As a listener gets it where `exact`: float64, from a generator in double precision, or in
        bfloat16 if the codec computes in that. Else float32, for the sender.
        """
        return from_loudness(self._networks.loudness(symbols, quality, exact)[:frames])

    @property
    def _needs_no_torch(self) -> bool:
        return (self.device, self.precision) == ("cpu", "float32")

    @cached_property
    @own_state()
    def tensors(self) -> "TensorNetworks":
        """The networks as PyTorch has them: for training, searches, and other devices."""
        from gan_audio_compression.codec.sequence.tensor_networks import TensorNetworks

        return TensorNetworks(self.networks, self.weights, self.prior, self.device, self.precision)

    @cached_property
    def _networks(self) -> "ArrayNetworks | TensorNetworks":
        return ArrayNetworks(self.weights) if self._needs_no_torch else self.tensors
