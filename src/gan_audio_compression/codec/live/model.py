"""What sender and receiver of the live codec share: networks, prior and settings."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from gan_audio_compression.codec.container.header import FINGERPRINT_BYTES
from gan_audio_compression.codec.sequence.magnitudes import NetworkMagnitudes
from gan_audio_compression.codec.sequence.prior_model import MAGNITUDE, PriorModel
from gan_audio_compression.codec.sequence.trade import Trade
from gan_audio_compression.entropy.integer_prior import IntegerPrior
from gan_audio_compression.networks.layers import Layers, layers_of
from gan_audio_compression.networks.live.config import LiveConfig
from gan_audio_compression.networks.live.shapes import encoder_shapes, generator_shapes
from gan_audio_compression.networks.sequence.config import MagnitudeConfig
from gan_audio_compression.networks.sequence.shapes import magnitude_shapes
from gan_audio_compression.networks.weights import (
    Weights,
    require_weights,
    weights_below,
    weights_under,
)
from gan_audio_compression.signal.distortion_weights import DistortionWeights
from gan_audio_compression.signal.magnitude import Magnitudes, mel_to_magnitude

# Frames before a packet that the last network sees with it.
_CONTEXT = 6


@dataclass(frozen=True, eq=False, repr=False)
class LiveModel(PriorModel):
    """The trained live codec.

    Attributes:
        networks: shape of the networks.
        weights: of encoder and generator, and of the receiver's last network if it has one, as
            "encoder.name", "generator.name" and "magnitude.name".
        prior: codes the latents, in whole numbers.
        trade: of bits for distortion that it was trained with.
        distortion: that it was trained to keep low.
        magnitude: shape of the receiver's last network; None where the pseudo-inverse of the mel
            filters stands in for it.

    Raises:
        DamagedModelError: weights are not those of the networks.
    """

    kind: ClassVar[str] = "live"
    shape_type: ClassVar[type[Any]] = LiveConfig
    # Packet by packet even double precision's rounding leads to other phases on another machine.
    sound_precision: ClassVar[type[np.floating]] = np.float32
    networks: LiveConfig
    weights: Weights
    prior: IntegerPrior
    training_digest: str
    trade: Trade = field(default_factory=Trade)
    distortion: DistortionWeights = field(default_factory=DistortionWeights)
    magnitude: MagnitudeConfig | None = None

    def __post_init__(self) -> None:
        if self.prior.channels != self.networks.latent_channels:
            raise ValueError(f"the prior is for {self.prior.channels} channels")
        shapes = weights_under("encoder", encoder_shapes(self.networks))
        shapes |= weights_under("generator", generator_shapes(self.networks))
        if self.magnitude is not None:
            shapes |= weights_under(MAGNITUDE, magnitude_shapes(self.magnitude))
        require_weights(self.weights, shapes)

    def __repr__(self) -> str:
        return f"LiveModel({self.digest})"

    @property
    def fingerprint(self) -> bytes:
        """The first bytes of the digest, by which sender and receiver may know that they fit."""
        return bytes.fromhex(self.digest)[:FINGERPRINT_BYTES]

    @cached_property
    def encoder(self) -> Layers:
        """The layers of the encoder, in single precision."""
        return layers_of(weights_below(self.weights, "encoder"), np.float32)

    @cached_property
    def generator(self) -> Layers:
        """The layers of the generator, in the receiver's precision."""
        return layers_of(weights_below(self.weights, "generator"), self.sound_precision)

    def magnitudes(self) -> Magnitudes:
        """Return what gives the magnitudes of one decoded recording."""
        if self.magnitude is None:
            return mel_to_magnitude
        return NetworkMagnitudes(self._magnitude_layers, _CONTEXT)
