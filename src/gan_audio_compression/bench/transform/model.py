"""What encoder and decoder share: transform, spread of its coefficients and tables."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from gan_audio_compression.bench.transform import lapped
from gan_audio_compression.bench.transform.contexts import STEPS_PER_OCTAVE, TABLES
from gan_audio_compression.bench.transform.lapped import BLOCK
from gan_audio_compression.bench.transform.symbols import LEVELS
from gan_audio_compression.entropy.tables import LevelTables
from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.signal.loudness import from_loudness, to_loudness
from gan_audio_compression.signal.spec import MEL_BANDS

STEPS = 256

# Puts the steps about the bit rates that the codec is for.
_SCALE = 64.0


class TransformModelError(GanAudioCompressionError):
    """A file is not the model of a transform codec, or is damaged."""


def step_size(index: int) -> float:
    """Return the quantiser step of an index, 0 .. 255: from 1 on, 32 to an octave."""
    return float(2.0 ** (index / STEPS_PER_OCTAVE))


def scaled_loudness(log_mel: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the loudness of nepers as the codec has it, about 64 where speech is loudest."""
    return _SCALE * to_loudness(log_mel.astype(np.float64))


@dataclass(frozen=True, eq=False, repr=False)
class TransformModel:
    """The fitted codec.

    Attributes:
        mean: float32 [128 bands], mean loudness of training speech.
        basis: float32 [128 bands, 128 components], eigenvectors of its covariance in columns,
            the largest eigenvalue first (Karhunen-Loeve transform).
        spread: int16 [16, 128 components], 32 log2 of the coefficients' root mean squares.
        tables: probabilities of the symbols, one table for each context.

    Raises:
        ValueError: an array is of the wrong shape or type, or not finite.
    """

    mean: NDArray[np.float32]
    basis: NDArray[np.float32]
    spread: NDArray[np.int16]
    tables: LevelTables

    def __post_init__(self) -> None:
        _check("mean", self.mean, np.float32, (MEL_BANDS,))
        _check("basis", self.basis, np.float32, (MEL_BANDS, MEL_BANDS))
        _check("spread", self.spread, np.int16, (BLOCK, MEL_BANDS))
        _check("tables", self.tables.counts, np.int32, (TABLES, LEVELS))

    def __repr__(self) -> str:
        return f"TransformModel({self.digest})"

    def coefficients(self, log_mel: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the coefficients [blocks, 16, 128] of a log mel [frames, 128], not empty."""
        return lapped.forward((scaled_loudness(log_mel) - self.mean) @ self._basis)

    def log_mel(self, coefficients: NDArray[np.float64], frames: int) -> NDArray[np.float64]:
        """Return the log mel [frames, 128] of coefficients."""
        loudness = lapped.inverse(coefficients, frames) @ self._basis.T + self.mean
        log_mel: NDArray[np.float64] = from_loudness(loudness / _SCALE)
        return log_mel

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over all arrays: equal digests decode alike."""
        state = hashlib.sha256()
        for name, array in sorted(self._arrays().items()):
            state.update(name.encode() + array.tobytes())
        return state.hexdigest()

    def to_bytes(self) -> bytes:
        """Return a safetensors file, with the digest as metadata."""
        data: bytes = save(self._arrays(), {"transform_digest": self.digest})
        return data

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Undo `to_bytes`.

        Raises:
            TransformModelError: the bytes are no such file, or damaged.
        """
        try:
            arrays = load(data)
            counts = arrays.pop("counts").astype(np.int32)
            model = cls(**arrays, tables=LevelTables(counts))
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise TransformModelError(
                f"the {len(data)} bytes are not the model of a transform codec ({error});"
                " fit it again."
            ) from error
        # The header is JSON, so that the digest stands in it as it is.
        if f'"{model.digest}"'.encode() not in data:
            raise TransformModelError(
                "the model of the transform codec is damaged: its digest differs; fit it again."
            )
        return model

    @cached_property
    def _basis(self) -> NDArray[np.float64]:
        return self.basis.astype(np.float64)

    def _arrays(self) -> dict[str, NDArray[np.generic]]:
        # A count is below 2^16, since every table has two levels or more.
        counts = self.tables.counts.astype(np.uint16)
        return {"mean": self.mean, "basis": self.basis, "spread": self.spread, "counts": counts}


def _check(name: str, array: NDArray[np.generic], dtype: type, shape: tuple[int, ...]) -> None:
    if array.dtype != dtype or array.shape != shape:
        raise ValueError(
            f"{name} must be {np.dtype(dtype)} of shape {shape}, not {array.dtype} {array.shape}."
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite.")
