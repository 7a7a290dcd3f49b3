"""Lyra V2, a neural codec of Google's: its three networks, run by LiteRT.

A file is its frames one after another, 4 bits a stage of the residual quantiser, and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.bench.codec import (
    CodecFailedError,
    CodecMissingError,
    Coded,
    Decoded,
    Wave,
)
from gan_audio_compression.bench.pcm import SAMPLE_RATE, to_pcm, to_speech
from gan_audio_compression.bench.weights import digest_of
from gan_audio_compression.component import code_digest, described

_FRAME = 320
_STAGES = {3200: 16, 6000: 30, 9200: 46}
_MOST_STAGES = max(_STAGES.values())
_BITS = 4
_NETWORKS = ("soundstream_encoder.tflite", "quantizer.tflite", "lyragan.tflite")


@dataclass(frozen=True)
class LyraCodec:
    """Lyra V2 at 16 kHz, frames of 20 ms.

    Attributes:
        bitrate: in bit/s.
        folder: where its three networks are.
    """

    bitrate: Literal[3200, 6000, 9200]
    folder: str

    suffix: ClassVar[str] = ".lyra"
    has_delay: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.bitrate not in _STAGES:
            raise ValueError(f"Lyra V2 has no {self.bitrate} bit/s; use one of {list(_STAGES)}.")

    @property
    def how_to_get(self) -> str:
        """See `BenchCodec.how_to_get`."""
        return (
            "pip install 'gan-audio-compression[bench]', and lyra/model_coeffs/*.tflite of"
            f" github.com/google/lyra v1.3.2 in {self.folder}"
        )

    def version(self) -> str:
        """See `BenchCodec.version`."""
        return f"Lyra V2, networks {self._digest()[:8]}"

    @property
    def recipe(self) -> Mapping[str, Any]:
        """See `BenchCodec.recipe`."""
        return described(self) | {"networks": self._digest(), "code": code_digest("audio", "bench")}

    def encode(self, speech: Wave) -> Coded:
        """See `BenchCodec.encode`."""
        encoder, quantiser = (self._interpreter(name) for name in _NETWORKS[:2])
        features_of = encoder.get_signature_runner("serving_default")
        symbols_of = quantiser.get_signature_runner("encode")
        stages = np.array(_STAGES[self.bitrate], np.int32)
        samples = to_speech(to_pcm(speech, SAMPLE_RATE, _FRAME), SAMPLE_RATE)
        symbols = []
        for frame in samples.reshape(-1, 1, _FRAME):
            features = features_of(input_audio=frame)["output_0"]
            coded = symbols_of(input_frames=features, num_quantizers=stages)["output_0"]
            symbols.append(coded.ravel()[:stages])
        data = _packed(np.array(symbols))
        return Coded(data, 8 * len(data))

    def decode(self, data: bytes) -> Decoded:
        """See `BenchCodec.decode`."""
        quantiser, generator = (self._interpreter(name) for name in _NETWORKS[1:])
        features_of = quantiser.get_signature_runner("decode")
        samples_of = generator.get_signature_runner("serving_default")
        frames = []
        for symbols in self._symbols(data):
            sent = np.full((_MOST_STAGES, 1, 1), -1, np.int32)
            sent[: len(symbols), 0, 0] = symbols
            features = features_of(encoding_indices=sent)["output_0"]
            frames.append(samples_of(input_audio=features)["output_0"].ravel())
        return Decoded(to_speech(to_pcm(np.concatenate(frames), SAMPLE_RATE), SAMPLE_RATE))

    def _symbols(self, data: bytes) -> NDArray[np.int32]:
        """Return the symbols [frames, stages] of a file."""
        stages = _STAGES[self.bitrate]
        frame_bytes = stages * _BITS // 8
        if not data or len(data) % frame_bytes:
            raise CodecFailedError(
                f"{len(data)} bytes are no whole .lyra file of {self.bitrate} bit/s;"
                " code the speech again."
            )
        octets = np.frombuffer(data, np.uint8).reshape(-1, frame_bytes)
        return (
            np.stack([octets >> _BITS, octets & 15], axis=-1).reshape(-1, stages).astype(np.int32)
        )

    def _interpreter(self, name: str) -> Any:
        """Return a network with no memory of other speech."""
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise CodecMissingError(f"LiteRT is not installed; {self.how_to_get}.") from error
        return Interpreter(str(self._path(name)), num_threads=1)

    def _path(self, name: str) -> Path:
        path = Path(self.folder) / name
        if not path.is_file():
            raise CodecMissingError(f"There is no {path}; {self.how_to_get}.")
        return path

    def _digest(self) -> str:
        return digest_of(tuple(self._path(name) for name in _NETWORKS))


def _packed(symbols: NDArray[np.integer]) -> bytes:
    """Return [frames, stages] symbols, two of them a byte."""
    first, second = symbols[:, ::2], symbols[:, 1::2]
    return (first << _BITS | second).astype(np.uint8).tobytes()
