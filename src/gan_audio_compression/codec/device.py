"""The device that the networks compute on."""

from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.extras import require


class DeviceError(GanAudioCompressionError):
    """The device is not there, or nothing can be computed on it."""


def require_device(device: str) -> None:
    """Compute something on `device`, such as "cpu", "cuda" or "cuda:1".

    Raises:
        DeviceError: that fails.
        MissingPackageError: it is another than the CPU, and PyTorch is not installed.
    """
    if device == "cpu":
        return
    require(f"The device {device!r}", "search", "torch")
    import torch

    try:
        torch.zeros(1, device=device).item()
    # A PyTorch without CUDA raises AssertionError.
    except (RuntimeError, AssertionError) as error:
        raise DeviceError(
            f"PyTorch cannot compute on the device {device!r} here; "
            "check its name and driver, or take 'cpu'."
        ) from error
