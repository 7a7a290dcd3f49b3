"""What the networks of the sequence codec and of the live codec have in common in training."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from gan_audio_compression.codec.sequence.float_prior import FloatPrior, bits_under
from gan_audio_compression.training.rounding import felt


class CodecNetworks(nn.Module):
    """Encoder, generator and prior.

    Args:
        encoder, generator: with the `mean` and the `deviation` of the loudness that they see.
        prior: of the latents.
        bfloat16: whether encoder and generator compute under autocast.
    """

    encoder: Any
    generator: Any

    def __init__(
        self, encoder: nn.Module, generator: nn.Module, prior: FloatPrior, bfloat16: bool
    ) -> None:
        super().__init__()
        self._bfloat16 = bfloat16
        self.encoder, self.generator, self.prior = encoder, generator, prior

    def set_statistics(self, loudness: Tensor) -> None:
        """Let the networks see loudness [..., 128] with zero mean and a deviation of one."""
        for network in (self.encoder, self.generator):
            network.mean.copy_(loudness.flatten(0, -2).mean(0))
            network.deviation.copy_(loudness.std())

    def compile_both(self) -> None:
        """Compile encoder and generator."""
        self.encoder.compile()
        self.generator.compile()

    def _coded(
        self,
        latents: Tensor,
        distributions: Callable[[Tensor], tuple[Tensor, Tensor]],
        noise: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        """Return latents [B, N, C] as the receiver has them, and the bits of each.

        Args:
            latents: of the encoder.
            distributions: gives means and logarithms of scales of such latents.
            noise: in -0.5 .. 0.5, [B, N, C]; None where the encoder needs no gradient.
        """
        symbols = latents.round().detach()
        # With a gradient as if they were not rounded (Bengio and others, 2013).
        passed = latents + (symbols - latents).detach()
        means, log_scales = distributions(passed)
        bits = bits_under(symbols, means, log_scales)
        if noise is not None:
            bits = bits + felt(latents + noise, means, log_scales)
        return passed, bits

    def _autocast(self, like: Tensor) -> torch.autocast:
        return torch.autocast(like.device.type, torch.bfloat16, enabled=self._bfloat16)
