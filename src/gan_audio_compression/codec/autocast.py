"""Where networks compute in bfloat16."""

from functools import cache

import torch

from gan_audio_compression.codec.precision import Precision


def autocast(device: torch.device, precision: Precision, rough: bool = False) -> torch.autocast:
    """Compute in bfloat16 if the codec does, or if it may be rough and that is faster."""
    enabled = precision == "bfloat16" or (rough and _gains_by_bfloat16(device))
    return torch.autocast(device.type, torch.bfloat16, enabled=enabled)


@cache
def _gains_by_bfloat16(device: torch.device) -> bool:
    """Return whether a device has instructions for bfloat16, as GPUs and some processors have."""
    # Older versions of PyTorch do not say.
    able: dict[str, bool] = getattr(torch.cpu, "get_capabilities", dict)()
    return device.type != "cpu" or bool(able.get("avx512_bf16") or able.get("amx_bf16"))
