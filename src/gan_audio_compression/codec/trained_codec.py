"""What the model of every codec has: an identity, and networks that compute in some precision."""

import copy
from abc import abstractmethod
from functools import cache, cached_property
from typing import Any, ClassVar, Self

import torch
from torch import nn

from gan_audio_compression.codec.container.header import FINGERPRINT_BYTES
from gan_audio_compression.codec.precision import Precision
from gan_audio_compression.networks.serialisation import content_digest
from gan_audio_compression.networks.stored_model import StoredModel
from gan_audio_compression.signal.magnitude import Magnitudes, mel_to_magnitude
from gan_audio_compression.signal.torch_state import own_torch_state


class TrainedCodec(StoredModel):
    """An encoder and a generator, in evaluation mode and frozen.

    Attributes:
        encoder: speech to latents.
        generator: latents to speech.
        precision: in which the networks compute; weights and results are float32 all the same.
        matches_loudness: whether the receiver's waveform is, see `signal.loudness_match`.
    """

    encoder: nn.Module
    generator: nn.Module
    precision: Precision
    matches_loudness: ClassVar[bool]

    def __post_init__(self) -> None:
        for module in self.modules:
            module.eval().requires_grad_(False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to another process as a file: of tensors alone it takes no more than some hundreds."""
        return _reopened, (type(self), self.to_bytes(), self.device, self.precision)

    @abstractmethod
    def to(self, device: torch.device | str, precision: Precision = "float32") -> Self:
        """Return a codec that computes on `device` in `precision`; this one stays as it is."""

    @property
    @abstractmethod
    def device(self) -> torch.device:
        """Where the networks are."""

    @property
    def modules(self) -> tuple[nn.Module, ...]:
        """All networks of the codec."""
        return self.encoder, self.generator

    def magnitudes(self) -> Magnitudes:
        """Return what gives the magnitudes of one decoded recording."""
        return mel_to_magnitude

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over all weights and tables: equal digests decode alike."""
        return content_digest(self._shape(), self._tensors())

    @property
    def fingerprint(self) -> bytes:
        """The first bytes of the digest, as they stand in each file."""
        return bytes.fromhex(self.digest)[:FINGERPRINT_BYTES]

    def _autocast(self, rough: bool = False) -> torch.autocast:
        """Compute in bfloat16 if the codec does, or if it may be rough and that is faster."""
        enabled = self.precision == "bfloat16" or (rough and _gains_by_bfloat16(self.device))
        return torch.autocast(self.device.type, torch.bfloat16, enabled=enabled)

    @cached_property
    @own_torch_state()
    def _double_generator(self) -> nn.Module:
        """The generator in double precision.

        For what a listener gets: the synthesis blows up the rounding of single precision, which
        differs between machines, to another sound.
        """
        return copy.deepcopy(self.generator).double()


def _reopened(
    kind: type[TrainedCodec], data: bytes, device: torch.device, precision: Precision
) -> TrainedCodec:
    return kind.from_bytes(data).to(device, precision)


@cache
def _gains_by_bfloat16(device: torch.device) -> bool:
    """Return whether a device has instructions for bfloat16, as GPUs and some processors have."""
    able = torch.cpu.get_capabilities()
    return device.type != "cpu" or bool(able.get("avx512_bf16") or able.get("amx_bf16"))
