"""The waveform head as a model of its own: a receiver of the codec over time that may be tried."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import ClassVar, Self

import torch
from torch import Tensor

from gan_audio_compression.codec.sequence.model import told
from gan_audio_compression.networks.head_config import HeadConfig
from gan_audio_compression.networks.model_header import ModelMetadata
from gan_audio_compression.networks.serialisation import (
    content_digest,
    named_tensors,
    open_network,
    tensors_below,
)
from gan_audio_compression.networks.stored_model import StoredModel
from gan_audio_compression.networks.waveform_head import WaveformHead
from gan_audio_compression.signal.loudness import from_loudness, to_loudness
from gan_audio_compression.signal.synthesis import mel_to_magnitude

_MOST_NEPERS = 4.0


@dataclass(frozen=True, eq=False, repr=False)
class HeadModel(StoredModel):
    """A trained waveform head.

    Attributes:
        networks: shape of the network.
        head: loudness to the STFT.
    """

    kind: ClassVar[str] = "waveform_head"
    networks: HeadConfig
    head: WaveformHead
    training_digest: str

    def __post_init__(self) -> None:
        self.head.eval().requires_grad_(False)

    def __repr__(self) -> str:
        return f"HeadModel({self.digest})"

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over all weights."""
        return content_digest(self.networks, self._tensors())

    @torch.no_grad()
    def spectrum(self, log_mel: Tensor, quality: int) -> Tensor:
        """Return the STFT [frames, 257], complex128, of a decoded log mel [frames, 128].

        Args:
            log_mel: in nepers.
            quality: 0 .. 255, which it was coded with.
        """
        loudness = to_loudness(log_mel.float())[None]
        log_factor, phase = self.head(loudness, told(quality, loudness.device))
        return head_spectrum(loudness.double(), log_factor.double(), phase.double())[0]

    def _tensors(self) -> dict[str, Tensor]:
        return named_tensors(head=self.head)

    @classmethod
    def _from_tensors(cls, metadata: ModelMetadata, tensors: Mapping[str, Tensor]) -> Self:
        networks = metadata.networks
        assert isinstance(networks, HeadConfig)
        head = open_network(partial(WaveformHead, networks), tensors_below(tensors, "head"))
        return cls(networks, head, metadata.training_digest)


def head_spectrum(loudness: Tensor, log_factor: Tensor, phase: Tensor) -> Tensor:
    """Return the STFT [..., T, 257] that a head makes of loudness [..., T, 128]; differentiable.

    Args:
        loudness: decoded.
        log_factor: [..., T, 257], on the pseudo-inverse's magnitude, at most 4 nepers.
        phase: [..., T, 257].
    """
    factor = log_factor.clamp(-_MOST_NEPERS, _MOST_NEPERS).exp()
    return torch.polar(mel_to_magnitude(from_loudness(loudness)) * factor, phase)
