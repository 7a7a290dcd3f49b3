"""What codes the log mel of a chunk: there is one for each kind of model."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Symbols = NDArray[np.int32]
LogMel = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class CodedLogMel:
    """What the sender puts into one chunk, and what comes of it.

    Attributes:
        symbols: [latent frames, positions], in the order of the file.
        payload: the symbols, entropy-coded.
        log_mel: [frames, 128] in nepers that the receiver will have, but for rounding.
        ideal_bits: code length of the symbols under the model's entropy model.
        start_objective: what the search minimises, of the symbols it started from; mean over the
            frames. None where nothing was looked for.
        objective: the same of the symbols that are sent.
    """

    symbols: Symbols
    payload: bytes
    log_mel: LogMel
    ideal_bits: float
    start_objective: float | None
    objective: float | None


class ChunkCoder(Protocol):
    """Codes log mels of chunks, and decodes them: what is between signal and container."""

    @property
    def positions(self) -> int:
        """Symbols in a latent frame."""
        ...

    def encode(self, log_mel: LogMel, max_bytes: int | None) -> CodedLogMel | None:
        """Code `log_mel` [frames, 128], in nepers, at the project's speech level.

        Returns:
            The best that was found with a payload of at most `max_bytes`, of any length if that
            is None; None if not even the shortest payload is as short.
        """
        ...

    def least_bytes(self, frames: int) -> int:
        """Return the bytes of the shortest payload for that many frames."""
        ...

    def decode(self, payload: bytes, frames: int) -> tuple[Symbols, NDArray[np.float64]]:
        """Return symbols [latent frames, positions] and log mel [frames, 128], float64.

        Nothing but integers decides the symbols.

        Raises:
            CorruptPayloadError: the payload is none of `encode`.
        """
        ...
