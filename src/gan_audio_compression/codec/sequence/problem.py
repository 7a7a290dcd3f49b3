"""What a search of the sequence codec has to solve: a chunk at one quality, and what bits cost."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.codec.chunk_coder import LogMel
from gan_audio_compression.codec.sequence.changes import Changes, bits_saved, distortion_saved
from gan_audio_compression.codec.sequence.holding import held_pieces
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.quality import Quality
from gan_audio_compression.codec.sequence.tensor_networks import TensorNetworks
from gan_audio_compression.entropy.integer_prior import IntegerPrior
from gan_audio_compression.entropy.logistic import LARGEST_SYMBOL
from gan_audio_compression.signal.distortion import distortion
from gan_audio_compression.signal.distortion_weights import DistortionWeights
from gan_audio_compression.signal.loudness import SPREAD
from gan_audio_compression.signal.spec import HOP, SAMPLE_RATE

_FRAMES_A_SECOND = SAMPLE_RATE / HOP


@dataclass(frozen=True, eq=False)
class SequenceProblem:
    """A chunk at one quality; its objective is distortion + lambda * rate in kbit/s.

    Attributes:
        networks: of the codec.
        prior: that codes the symbols.
        weights: of the distortion.
        log_mel: [T, 128] in nepers.
        quality: of the chunk.
        rd_lambda: distortion that a kbit/s is worth.
        start: the encoder's latents [1, N, C], in steps of the quantiser.
    """

    networks: TensorNetworks
    prior: IntegerPrior
    weights: DistortionWeights
    log_mel: Tensor
    quality: Quality
    rd_lambda: float
    start: Tensor
    start_keeps_to_the_rate: ClassVar[bool] = True
    span: ClassVar[float] = 16.0
    limits: ClassVar[tuple[float, float]] = (-float(LARGEST_SYMBOL), float(LARGEST_SYMBOL))

    @classmethod
    def of(
        cls,
        model: SequenceModel,
        log_mel: LogMel,
        quality: Quality,
        rd_lambda: float,
        latents: NDArray[np.float32],
        **more: Any,
    ) -> Self:
        """Return the problem of a chunk.

        Args:
            model: the codec.
            log_mel, quality, rd_lambda: see the class.
            latents: [N, C], to start from.
            more: what a subclass has beside.
        """
        networks = model.tensors
        start = torch.from_numpy(latents)[None].to(networks.device)
        wanted = torch.from_numpy(log_mel)
        parts = (networks, model.prior, model.distortion, wanted, quality, rd_lambda, start)
        return cls(*parts, **more)

    @property
    def stiffness(self) -> float:
        """The objective is a mean over the chunk, so a latent counts less in a longer one."""
        return 27.0 / self.start.shape[1]

    @cached_property
    def sent(self) -> Tensor:
        """Whether a latent may change, [1, N, 1]: it is not held."""
        sent = torch.ones(1, self.start.shape[1], 1, dtype=torch.bool)
        for start, end in held_pieces(self.log_mel.numpy()):
            sent[:, start:end] = False
        return sent.to(self.start.device)

    @property
    def groups(self) -> Tensor:
        """Each latent frame is a group."""
        frames = torch.arange(self.start.shape[1], device=self.start.device)
        return frames[None, :, None].expand_as(self.start)

    def nearest(self, latent: Tensor) -> Tensor:
        """Return the nearest whole numbers; where latents are held, as at the start."""
        latent = torch.where(self.sent, latent, self.start)
        return latent.round().clamp(*self.limits).long()

    def symbols(self, latent: Tensor) -> Tensor:
        """Return the nearest whole numbers: any rate will do, at its lambda."""
        return self.nearest(latent)

    def values(self, symbols: Tensor) -> Tensor:
        """Return symbols as latents."""
        return symbols.to(self.start.dtype)

    def around(self, symbols: Tensor) -> tuple[Tensor, Tensor]:
        """Return the symbols below and above."""
        lower, higher = symbols - 1, symbols + 1
        return lower.clamp_min(-LARGEST_SYMBOL), higher.clamp_max(LARGEST_SYMBOL)

    def objective(self, latent: Tensor) -> Tensor:
        """Return distortion + lambda * rate, [1], of latents [1, N, C]; differentiable.

        Where a gradient is asked for, networks may compute roughly.
        """
        rough = torch.is_grad_enabled() and latent.requires_grad
        quality = self.networks.quality(self.quality)
        bits = self.networks.prior.code_length(latent, quality, rough).sum((1, 2))
        return self.distortion(latent, rough) + self.cost(bits)

    def distortion(self, latent: Tensor, rough: bool = False) -> Tensor:
        """Return the distortion [1] of latents [1, N, C]; differentiable."""
        log_mel = self.log_mel[None].to(latent.device)
        loudness = self.networks.generate(latent, self.quality, rough)[:, : log_mel.shape[1]]
        return self._distance(loudness, log_mel, torch.ones_like(log_mel[..., 0]))

    def cost(self, bits: Tensor) -> Tensor:
        """Return what bits are worth."""
        kbit_s = bits * _FRAMES_A_SECOND / len(self.log_mel) / 1000
        return self.rd_lambda * kbit_s

    def gains(self, symbols: Tensor, places: Tensor, changed: Tensor) -> Tensor:
        """Return by about how much each change alone would lower the objective, [M].

        A window around the change is looked at, see `codec.sequence.changes`.
        """
        distortion, bits = self.saved(symbols, places, changed)
        return distortion + self.cost(bits)

    def saved(self, symbols: Tensor, places: Tensor, changed: Tensor) -> tuple[Tensor, Tensor]:
        """Return the distortion and the bits that each change alone would save, [M]."""
        channels = symbols.shape[2]
        changes = Changes(
            self.values(symbols), places // channels, places % channels, self.values(changed)
        )
        return (
            distortion_saved(self.networks, self._distance, self.log_mel, self.quality, changes),
            bits_saved(self.networks, self.quality, changes),
        )

    def following(self, latent: Tensor) -> Self:
        """Return the problem as it is: nothing is asked of the rate."""
        return self

    def _distance(self, loudness: Tensor, log_mel: Tensor, mask: Tensor) -> Tensor:
        return distortion(log_mel, loudness, SPREAD, self.weights, mask).total
