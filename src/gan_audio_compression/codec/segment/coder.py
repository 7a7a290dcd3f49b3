"""Coding of a chunk by the segment codec: segments of 1.024 s, each some latent columns."""

from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.codec.chunk_coder import CodedLogMel, LogMel, Symbols
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.problem import SearchResult
from gan_audio_compression.codec.segment.columns import (
    column_contexts,
    column_count,
    from_columns,
    to_columns,
)
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.segment.rate import RateControl
from gan_audio_compression.codec.segment.search import search
from gan_audio_compression.entropy.coder import make_coder
from gan_audio_compression.signal.segments import frame_mask


class SegmentCoder:
    """Searches the latents of a chunk's segments and codes them by static tables.

    Args:
        model: the codec.
        coder: the entropy coder, "arithmetic" or "huffman".
        search: how to find the symbols; a receiver needs none.
    """

    def __init__(self, model: SegmentModel, coder: str, search: SearchConfig | None = None) -> None:
        self._model = model
        self._coder = make_coder(coder, model.tables)
        self._search = search or SearchConfig("encoder_only")

    @property
    def positions(self) -> int:
        """Symbols in a latent column."""
        return self._model.positions

    def encode(self, log_mel: LogMel, max_bytes: int | None) -> CodedLogMel | None:
        """See `ChunkCoder`; without a limit the rate is what the levels take."""
        target = torch.from_numpy(log_mel)
        if max_bytes is None:
            return self._coded(target, search(self._model, target, self._search))
        if max_bytes < self.least_bytes(len(log_mel)):
            return None
        control = RateControl(self._model, self._coder.bits)
        code = partial(self._coded, target)
        return control.coded_within(target, self._search, max_bytes, code)

    def least_bytes(self, frames: int) -> int:
        """See `ChunkCoder`."""
        shortest = self._coder.bits.argmin(axis=1).astype(np.int32)
        columns = column_count(frames, self._model.networks.columns)
        return len(self._payload(np.tile(shortest, (columns, 1))))

    def decode(self, payload: bytes, frames: int) -> tuple[Symbols, NDArray[np.float64]]:
        """See `ChunkCoder`."""
        columns = self._model.networks.columns
        shape = column_count(frames, columns), self.positions
        symbols = self._coder.decode(payload, column_contexts(*shape)).reshape(shape)
        sent = from_columns(symbols, self._model.padding.cpu(), columns)
        return symbols, self._model.decode(sent, frames, exact=True).numpy()

    def _coded(self, log_mel: Tensor, found: SearchResult) -> CodedLogMel:
        frames = len(log_mel)
        columns = to_columns(found.symbols, frames)
        # Each segment counts by its real frames.
        weights = frame_mask(frames).sum((1, 2, 3)) / frames
        contexts = column_contexts(*columns.shape)
        return CodedLogMel(
            symbols=columns,
            payload=self._payload(columns),
            log_mel=self._model.decode(found.symbols, frames).numpy(),
            ideal_bits=self._model.tables.code_length(columns.ravel(), contexts),
            start_objective=float((found.trace[0] * weights).sum()),
            objective=float((found.objective * weights).sum()),
        )

    def _payload(self, columns: Symbols) -> bytes:
        return self._coder.encode(columns.ravel(), column_contexts(*columns.shape))
