"""The networks of the sequence codec by PyTorch: with gradients, on any device."""

import copy
from functools import cached_property, partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.codec.autocast import autocast
from gan_audio_compression.codec.precision import Precision
from gan_audio_compression.codec.sequence.float_prior import FloatPrior, thaw_prior
from gan_audio_compression.codec.sequence.quality import Quality
from gan_audio_compression.entropy.integer_prior import IntegerPrior
from gan_audio_compression.networks.sequence.config import SequenceConfig
from gan_audio_compression.networks.sequence.modules import SequenceEncoder, SequenceGenerator
from gan_audio_compression.networks.torch_weights import open_network
from gan_audio_compression.networks.weights import Weights, weights_below


class TensorNetworks:
    """Encoder, generator and prior, frozen and in evaluation mode.

    Args:
        shape: of the networks.
        weights: of both, "encoder.name" and "generator.name".
        prior: codes the latents.
        device: where to compute.
        precision: in which the networks compute; results are float32 all the same.
    """

    def __init__(
        self,
        shape: SequenceConfig,
        weights: Weights,
        prior: IntegerPrior,
        device: str,
        precision: Precision,
    ) -> None:
        self.device = torch.device(device)
        self._precision = precision
        encoder = partial(SequenceEncoder, shape), weights_below(weights, "encoder")
        generator = partial(SequenceGenerator, shape), weights_below(weights, "generator")
        self.encoder = open_network(*encoder).to(self.device).eval().requires_grad_(False)
        self.generator = open_network(*generator).to(self.device).eval().requires_grad_(False)
        self._prior = prior

    @cached_property
    def prior(self) -> FloatPrior:
        """The prior in floats, for a search alone: it has a gradient, but does not code."""
        return thaw_prior(self._prior).requires_grad_(False).to(self.device)

    def quality(self, quality: Quality) -> Tensor:
        """Return a quality as the networks and the prior take it, [1]."""
        return torch.tensor([quality.conditioning], dtype=torch.float32, device=self.device)

    @torch.no_grad()
    def latents(self, loudness: NDArray[np.float32], quality: Quality) -> NDArray[np.float32]:
        """See `ArrayNetworks.latents`."""
        inputs = torch.from_numpy(loudness)[None].to(self.device)
        with autocast(self.device, self._precision):
            latents: Tensor = self.encoder(inputs, self.quality(quality))
        return np.asarray(latents[0].float().cpu().numpy(), np.float32)

    @torch.no_grad()
    def loudness(self, latents: NDArray[Any], quality: Quality, exact: bool) -> NDArray[Any]:
        """See `ArrayNetworks.loudness`; in bfloat16 if the codec computes in that."""
        inputs = torch.from_numpy(latents).to(self.device, torch.float64)[None]
        if exact and self._precision != "bfloat16":
            loudness = self._double_generator(inputs, self.quality(quality).double())
        else:
            loudness = self.generate(inputs.float(), quality)
        return np.asarray(loudness[0].cpu().numpy(), np.float64 if exact else np.float32)

    def generate(self, latents: Tensor, quality: Quality, rough: bool = False) -> Tensor:
        """Return the loudness [B, 4 N, 128], float32, of `latents` [B, N, C]; differentiable.

        If it may be rough, it is computed in bfloat16 where that is faster.
        """
        with autocast(self.device, self._precision, rough):
            loudness: Tensor = self.generator(latents, self.quality(quality))
        return loudness.float()

    @cached_property
    def _double_generator(self) -> SequenceGenerator:
        return copy.deepcopy(self.generator).double()
