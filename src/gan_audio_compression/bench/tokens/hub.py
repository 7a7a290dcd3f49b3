"""EnCodec, DAC and Mimi, as the package transformers has them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch

from gan_audio_compression.bench.codec import CodecFailedError
from gan_audio_compression.bench.tokens.codec import TokenCodec, Words


@dataclass(frozen=True)
class HubCodec(TokenCodec):
    """A codec of residual codebooks, of which the first ones are sent.

    EnCodec (Defossez and others, 2022), DAC (Kumar and others, 2023), Mimi (Defossez and others,
    2024), each in its own way of being called.

    Attributes:
        codebooks: how many of them are sent.
    """

    codebooks: int

    package: ClassVar[str] = "transformers"

    def __post_init__(self) -> None:
        if self.codebooks < 1:
            raise ValueError(f"codebooks is {self.codebooks}; send one at least.")

    def _open(self) -> Any:
        network = self._module().AutoModel.from_pretrained(self.folder, local_files_only=True)
        if network.config.model_type not in _CALLS:
            raise CodecFailedError(
                f"{self.folder} has a model of type {network.config.model_type}, which is none of"
                f" {', '.join(_CALLS)}; give the weights of {self.source}."
            )
        return network.eval()

    def _sample_rate(self, network: Any) -> int:
        return int(network.config.sampling_rate)

    def _bits(self, network: Any) -> int:
        return int(network.config.codebook_size - 1).bit_length()

    def _words_of_frame(self, network: Any) -> int:
        return self.codebooks

    def _words(self, network: Any, samples: torch.Tensor) -> Words:
        codes = _CALLS[network.config.model_type].codes(network, samples, self.codebooks)
        words = codes.reshape(codes.shape[-2:]).T
        if words.shape[1] != self.codebooks:
            raise CodecFailedError(
                f"{self.source} sends {words.shape[1]} codebooks, not {self.codebooks};"
                " give a number that it has."
            )
        return np.asarray(words.numpy(), np.int64)

    def _samples(self, network: Any, words: torch.Tensor) -> torch.Tensor:
        samples: torch.Tensor = _CALLS[network.config.model_type].samples(network, words.T[None])
        return samples


@dataclass(frozen=True)
class _Call:
    """How a type of model is called.

    Attributes:
        codes: gives the codes [..., codebooks, frames] of samples [1, 1, n].
        samples: gives the samples of codes [1, codebooks, frames].
    """

    codes: Callable[[Any, torch.Tensor, int], torch.Tensor]
    samples: Callable[[Any, torch.Tensor], torch.Tensor]


def _encodec_codes(network: Any, samples: torch.Tensor, codebooks: int) -> torch.Tensor:
    config = network.config
    bits = int(config.codebook_size - 1).bit_length()
    kbit_s = codebooks * bits * config.frame_rate / 1000
    if kbit_s not in config.target_bandwidths:
        raise CodecFailedError(
            f"EnCodec has no {kbit_s:g} kbit/s, which {codebooks} codebooks are; it has"
            f" {', '.join(f'{rate:g}' for rate in config.target_bandwidths)} kbit/s."
        )
    codes: torch.Tensor = network.encode(samples, bandwidth=kbit_s).audio_codes
    return codes


_CALLS: Mapping[str, _Call] = {
    "encodec": _Call(
        _encodec_codes,
        lambda network, codes: network.decode(codes[None], [None]).audio_values,
    ),
    "dac": _Call(
        lambda network, samples, count: network.encode(samples, n_quantizers=count).audio_codes,
        lambda network, codes: network.decode(audio_codes=codes).audio_values,
    ),
    "mimi": _Call(
        lambda network, samples, count: network.encode(samples, num_quantizers=count).audio_codes,
        lambda network, codes: network.decode(codes).audio_values,
    ),
}
