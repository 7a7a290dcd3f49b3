"""SNAC (Siuzdak and others, 2024): codebooks that run at rates of their own."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch

from gan_audio_compression.bench.tokens.codec import TokenCodec, Words


@dataclass(frozen=True)
class SnacCodec(TokenCodec):
    """A frame has one word of the slowest codebook and those of the others in the same time."""

    package: ClassVar[str] = "snac"

    def _open(self) -> Any:
        return self._module().SNAC.from_pretrained(self.folder)

    def _sample_rate(self, network: Any) -> int:
        return int(network.sampling_rate)

    def _bits(self, network: Any) -> int:
        return int(network.codebook_size - 1).bit_length()

    def _words_of_frame(self, network: Any) -> int:
        return sum(_rates(network))

    def _words(self, network: Any, samples: torch.Tensor) -> Words:
        streams = [codes[0].numpy() for codes in network.encode(samples)]
        frames = len(streams[0])
        return np.concatenate([stream.reshape(frames, -1) for stream in streams], axis=1)

    def _samples(self, network: Any, words: torch.Tensor) -> torch.Tensor:
        streams = [part.reshape(1, -1) for part in words.split(_rates(network), dim=1)]
        # Its generator draws noise; a file shall always sound the same.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            samples: torch.Tensor = network.decode(streams)
        return samples


def _rates(network: Any) -> list[int]:
    """Return how many words of each codebook a frame has."""
    slowest = max(network.vq_strides)
    return [slowest // stride for stride in network.vq_strides]
