"""The discriminator of waves: which patches of their log magnitudes are real.

At several resolutions, so that what one window blurs another shows (Jang and others, "UnivNet",
2021).
"""

import torch
from torch import Tensor, nn

from gan_audio_compression.networks.discriminator import PatchDiscriminator

_SHORTEST_WINDOW = 512
_OVERLAP = 4
_SMALLEST_MAGNITUDE = 1e-3


class SpectralDiscriminator(nn.Module):
    """Patch discriminators of STFT log magnitudes: of 512 samples, and each twice the one before.

    Args:
        width, layers: of each `PatchDiscriminator`.
        scales: how many resolutions.
    """

    def __init__(self, width: int, layers: int, scales: int) -> None:
        super().__init__()
        self.scales = nn.ModuleList(PatchDiscriminator(width, layers) for _ in range(scales))

    def forward(self, wave: Tensor) -> list[list[Tensor]]:
        """Return, for each resolution of waves [B, n], what `PatchDiscriminator` gives."""
        return [
            network(_log_magnitude(wave, _SHORTEST_WINDOW << scale))
            for scale, network in enumerate(self.scales)
        ]


def _log_magnitude(wave: Tensor, size: int) -> Tensor:
    """Return the image [B, 1, bins, frames] of waves [B, n] in windows of `size` samples."""
    window = torch.hann_window(size, device=wave.device)
    spectrum = torch.stft(
        wave, size, size // _OVERLAP, window=window, pad_mode="constant", return_complex=True
    )
    return spectrum.abs().clamp_min(_SMALLEST_MAGNITUDE).log()[:, None]
