"""From a log mel spectrogram back to the magnitudes of an STFT, without a network."""

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

from gan_audio_compression.signal.analysis import mel_filters
from gan_audio_compression.signal.torch_state import own_torch_state

Magnitudes = Callable[[Tensor], Tensor]
"""Gives the STFT magnitude [frames, 257] of a log mel [frames, 128] in nepers, the next frames of
one recording at each call; zero where the log mel is -inf."""


def mel_to_magnitude(log_mel: Tensor) -> Tensor:
    """Return the STFT magnitude [..., 257] whose mel is nearest to `log_mel` [..., 128] in nepers.

    The pseudo-inverse of the filters, clipped at zero.
    """
    return (log_mel.exp() @ _inverse_mel_filters().to(log_mel)).clamp_min(0.0)


@cache
@own_torch_state()
def _inverse_mel_filters() -> Tensor:
    inverse: Tensor = torch.linalg.pinv(mel_filters().double())
    return inverse
