"""What the models of sequence and live codec have in common: how their files hold them."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.codec.sequence.trade import Trade
from gan_audio_compression.entropy.integer_prior import IntegerPrior
from gan_audio_compression.networks.layers import Layers, layers_of
from gan_audio_compression.networks.model_header import ModelMetadata
from gan_audio_compression.networks.sequence.config import MagnitudeConfig
from gan_audio_compression.networks.stored_model import StoredModel
from gan_audio_compression.networks.weights import Weights, weights_below
from gan_audio_compression.signal.distortion_weights import DistortionWeights

MAGNITUDE = "magnitude"
"""Of the receiver's last network, in the names of its weights."""

_PRIOR = "prior_"


class PriorModel(StoredModel):
    """Networks, a prior of whole numbers, and maybe a last network of the receiver.

    Attributes:
        shape_type: of `networks`.
        sound_precision: in which a receiver computes. Double precision gives the same on every
            machine and with any number of threads.
        weights, prior, trade, distortion, magnitude: see the models.
    """

    shape_type: ClassVar[type[Any]]
    sound_precision: ClassVar[type[np.floating]] = np.float64
    weights: Weights
    prior: IntegerPrior
    trade: Trade
    distortion: DistortionWeights
    magnitude: MagnitudeConfig | None

    @property
    def settings(self) -> Mapping[str, Any]:
        """Trade and distortion, as a model file has them."""
        return {"trade": asdict(self.trade), "distortion": asdict(self.distortion)}

    @cached_property
    def _magnitude_layers(self) -> Layers:
        return layers_of(weights_below(self.weights, MAGNITUDE), self.sound_precision)

    def _shape(self) -> dict[str, Any]:
        shape = super()._shape()
        if self.magnitude is not None:
            shape[MAGNITUDE] = asdict(self.magnitude)
        return shape

    def _weights(self) -> dict[str, NDArray[Any]]:
        prior = {_PRIOR + name: array for name, array in self.prior.arrays.items()}
        return dict(self.weights) | prior

    @classmethod
    def _from_weights(cls, metadata: ModelMetadata, weights: Weights) -> Self:
        shape = dict(metadata.networks)
        magnitude = shape.pop(MAGNITUDE, None)
        prior = {n.removeprefix(_PRIOR): w for n, w in weights.items() if n.startswith(_PRIOR)}
        settings = metadata.settings
        model: type[Any] = cls
        made: Self = model(
            cls.shape_type(**shape),
            {name: weight for name, weight in weights.items() if not name.startswith(_PRIOR)},
            IntegerPrior.from_arrays(prior),
            metadata.training_digest,
            Trade(**settings.get("trade", {})),
            DistortionWeights(**settings.get("distortion", {})),
            magnitude and MagnitudeConfig(**magnitude),
        )
        return made
