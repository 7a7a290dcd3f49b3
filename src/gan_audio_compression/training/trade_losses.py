"""What a codec is trained to keep low: the distortion, and what its bits cost."""

import torch
from torch import Tensor

from gan_audio_compression.codec.sequence.trade import Trade
from gan_audio_compression.signal.distortion import Distortion


def trade_losses(
    lost: Distortion, rate: Tensor, quality: Tensor, trade: Trade
) -> dict[str, Tensor]:
    """Return the losses of crops, [B] each: "distortion" and "cost" are to be minimised.

    Args:
        lost: what the receiver's crops have lost.
        rate: kbit/s [B].
        quality: [B] in 0 .. 1.
        trade: what a kbit/s is worth at each quality.
    """
    return {
        "distortion": lost.total,
        "cost": trade.lowest_quality * torch.exp(trade.slope * quality) * rate,
        "kbit_s": rate,
        "log_mel": lost.log_mel,
        "disturbance": lost.disturbance,
    }
