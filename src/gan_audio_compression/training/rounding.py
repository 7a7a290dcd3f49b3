"""What the encoder feels of the rounding of its latents."""

from torch import Tensor

from gan_audio_compression.codec.sequence.float_prior import bits_under


def felt(noisy: Tensor, means: Tensor, log_scales: Tensor) -> Tensor:
    """Return zeros [B, N, C] with the gradient of what noisy latents cost where they are.

    A symbol that costs least where it is gives the encoder no gradient, so that latents gather at
    the edges of its interval, from where the least step makes other symbols of them. Noise as wide
    as the interval sees both its sides (Ballé, Laparra and Simoncelli, 2017). What symbols tell of
    later ones has its gradient by the prior.
    """
    bits = bits_under(noisy, means.detach(), log_scales.detach())
    return bits - bits.detach()
