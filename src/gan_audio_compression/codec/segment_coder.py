"""Coding of a chunk by the paper's codec: segments of 1.024 s, each a latent image."""

import numpy as np
import torch
from torch import Tensor

from gan_audio_compression.codec.chunk_coder import CodedLogMel, Symbols
from gan_audio_compression.codec.latent import (
    column_contexts,
    column_count,
    from_columns,
    to_columns,
)
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.problem import SearchResult
from gan_audio_compression.codec.search.rate import search_within
from gan_audio_compression.codec.search.run import search
from gan_audio_compression.entropy.coder import make_coder
from gan_audio_compression.signal.segments import frame_mask, join_segments


class SegmentCoder:
    """Searches the latents of a chunk's segments and codes them by static tables.

    Args:
        model: the codec.
        coder: the entropy coder, "arithmetic" or "huffman".
        search: how to find the symbols; a receiver needs none.
    """

    def __init__(self, model: CodecModel, coder: str, search: SearchConfig | None = None) -> None:
        self._model = model
        self._coder = make_coder(coder, model.tables)
        self._search = search or SearchConfig("encoder_only")

    @property
    def positions(self) -> int:
        """Symbols in a latent column."""
        return self._model.positions

    def encode(self, log_mel: Tensor, max_bytes: int | None) -> CodedLogMel | None:
        """See `ChunkCoder`; without a limit the rate is what the levels take."""
        if max_bytes is None:
            return self._coded(search(self._model, log_mel, self._search), log_mel)
        return self._fitted(log_mel, max_bytes)

    def least_bytes(self, frames: int) -> int:
        """See `ChunkCoder`."""
        return len(self._payload(self._cheapest(frames)))

    def decode(self, payload: bytes, frames: int) -> tuple[Symbols, Tensor]:
        """See `ChunkCoder`."""
        shape = column_count(frames), self.positions
        symbols = self._coder.decode(payload, column_contexts(*shape)).reshape(shape)
        sent = from_columns(symbols, self._model.padding.cpu())
        latents = self._model.quantiser.values(sent.to(self._model.device))
        with torch.no_grad():
            # One by one: a convolution in double precision takes 200 MB for a segment.
            images = [self._model.render(latent).cpu() for latent in latents.split(1)]
        return symbols, join_segments(torch.cat(images), frames)

    def _fitted(self, log_mel: Tensor, max_bytes: int) -> CodedLogMel | None:
        """Search until the payload fits: a search counts ideal code lengths, a coder needs more."""
        cheapest = self._cheapest(len(log_mel))
        least_bits = self._code_length(cheapest)
        if max_bytes < len(self._payload(cheapest)):
            return None
        bits = 8.0 * max_bytes
        while True:
            found = search_within(self._model, log_mel, self._search, max(bits, least_bits))
            coded = self._coded(found, log_mel)
            if len(coded.payload) <= max_bytes:
                return coded
            if bits <= least_bits:
                return None
            bits -= 8.0 * (len(coded.payload) - max_bytes)

    def _coded(self, found: SearchResult, log_mel: Tensor) -> CodedLogMel:
        frames = len(log_mel)
        symbols = to_columns(found.symbols, frames)
        latents = self._model.quantiser.values(found.symbols.to(self._model.device))
        with torch.no_grad():
            generated = join_segments(self._model.generate(latents).cpu(), frames)
        # Each segment counts by its real frames.
        weights = frame_mask(frames).sum((1, 2, 3)) / frames
        return CodedLogMel(
            symbols=symbols,
            payload=self._payload(symbols),
            log_mel=generated,
            ideal_bits=self._code_length(symbols),
            start_objective=float((found.trace[0] * weights).sum()),
            objective=float((found.objective * weights).sum()),
        )

    def _payload(self, columns: Symbols) -> bytes:
        return self._coder.encode(columns.ravel(), column_contexts(*columns.shape))

    def _code_length(self, columns: Symbols) -> float:
        return self._model.tables.code_length(columns.ravel(), column_contexts(*columns.shape))

    def _cheapest(self, frames: int) -> Symbols:
        """Return the most probable symbols [latent columns, positions] of that many frames."""
        best = self._model.tables.counts.argmax(axis=1).astype(np.int32)
        return np.tile(best, (column_count(frames), 1))
