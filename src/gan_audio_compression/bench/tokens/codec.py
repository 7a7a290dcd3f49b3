"""What neural codecs of code words have in common: their files are the words and nothing else."""

import importlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from gan_audio_compression.audio.resample import resample
from gan_audio_compression.bench.codec import (
    CodecFailedError,
    CodecMissingError,
    Coded,
    Decoded,
    Wave,
)
from gan_audio_compression.bench.pcm import FULL_SCALE, SAMPLE_RATE, to_pcm
from gan_audio_compression.bench.weights import digest_of
from gan_audio_compression.component import code_digest, described

Words = NDArray[np.int64]
"""Code words [frames, words of a frame]."""

_CONFIGURATION = "config.json"
_WEIGHTS = (".safetensors", ".bin")


@dataclass(frozen=True)
class TokenCodec(ABC):
    """A neural codec that codes each frame as a few words out of codebooks of one size.

    Attributes:
        source: name of its weights on huggingface.co.
        folder: where they are, as they were downloaded.
    """

    source: str
    folder: str

    package: ClassVar[str]
    suffix: ClassVar[str] = ".tokens"
    has_delay: ClassVar[bool] = True

    @property
    def how_to_get(self) -> str:
        """See `BenchCodec.how_to_get`."""
        return (
            "pip install 'gan-audio-compression[bench]' and hf download"
            f" {self.source} --local-dir {self.folder}"
        )

    def version(self) -> str:
        """See `BenchCodec.version`."""
        return f"{self.package} {self._module().__version__}, {self.source} {self._digest()[:8]}"

    @property
    def recipe(self) -> Mapping[str, Any]:
        """See `BenchCodec.recipe`."""
        about = {"weights": self._digest(), "code": code_digest("audio", "bench")}
        return described(self) | about | {"version": self.version()}

    @torch.inference_mode()
    def encode(self, speech: Wave) -> Coded:
        """See `BenchCodec.encode`."""
        network = self._network()
        samples = to_pcm(speech, self._sample_rate(network)).astype(np.float32) / FULL_SCALE
        words = self._words(network, torch.from_numpy(samples)[None, None])
        data = _packed(words, self._bits(network))
        return Coded(data, words.size * self._bits(network))

    @torch.inference_mode()
    def decode(self, data: bytes) -> Decoded:
        """See `BenchCodec.decode`."""
        network = self._network()
        words = _unpacked(data, self._words_of_frame(network), self._bits(network))
        samples = self._samples(network, torch.from_numpy(words)).flatten().float().numpy()
        speech = resample(samples, self._sample_rate(network), SAMPLE_RATE)
        return Decoded(speech.clip(-1, 1))

    @abstractmethod
    def _open(self) -> Any:
        """Return the network with its weights, on the CPU."""

    @abstractmethod
    def _sample_rate(self, network: Any) -> int:
        """Return what the network hears and speaks, in Hz."""

    @abstractmethod
    def _bits(self, network: Any) -> int:
        """Return the bits of a word."""

    @abstractmethod
    def _words_of_frame(self, network: Any) -> int:
        """Return how many words a frame has."""

    @abstractmethod
    def _words(self, network: Any, samples: torch.Tensor) -> Words:
        """Return the words of samples [1, 1, n]."""

    @abstractmethod
    def _samples(self, network: Any, words: torch.Tensor) -> torch.Tensor:
        """Return the samples of words [frames, words], in any shape."""

    def _network(self) -> Any:
        self._digest()
        self._module()
        return _opened(self)

    def _module(self) -> ModuleType:
        try:
            return importlib.import_module(self.package)
        except ImportError as error:
            raise CodecMissingError(
                f"{self.package} is not installed; {self.how_to_get}."
            ) from error

    def _digest(self) -> str:
        files = sorted(
            path
            for path in Path(self.folder).glob("*")
            if path.name == _CONFIGURATION or path.suffix in _WEIGHTS
        )
        if len(files) < 2:
            raise CodecMissingError(
                f"There are no weights of {self.source} in {self.folder}; {self.how_to_get}."
            )
        return digest_of(tuple(files))


@cache
def _opened(codec: TokenCodec) -> Any:
    return codec._open()


def _packed(words: Words, bits: int) -> bytes:
    """Return the words one after another, the highest bit first, and zeros to a whole byte."""
    places = np.arange(bits)[::-1]
    return np.packbits((words.reshape(-1, 1) >> places & 1).astype(np.uint8)).tobytes()


def _unpacked(data: bytes, words: int, bits: int) -> Words:
    """Undo `_packed`: what is left of a last byte is less than a word."""
    frames, rest = divmod(8 * len(data), words * bits)
    if not frames or rest >= 8:
        raise CodecFailedError(
            f"{len(data)} bytes are no whole frames of {words} words of {bits} bits;"
            " code the speech again."
        )
    each = np.unpackbits(np.frombuffer(data, np.uint8))[: frames * words * bits]
    values = each.reshape(-1, bits).astype(np.int64) @ (1 << np.arange(bits)[::-1])
    return np.asarray(values.reshape(frames, words), np.int64)
