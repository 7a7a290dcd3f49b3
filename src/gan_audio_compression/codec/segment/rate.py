"""Rate control of the segment codec: a search that ends within a budget of bits."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.codec.chunk_coder import CodedLogMel
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.errors import BitrateTooLowError
from gan_audio_compression.codec.search.problem import SearchResult
from gan_audio_compression.codec.segment.columns import column_count, to_columns
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.segment.search import encoder_latent, search
from gan_audio_compression.signal.segments import frame_mask
from gan_audio_compression.signal.spec import HOP, SAMPLE_RATE

# Lambda, the square distance to a level that a bit is worth, as powers of two. At the lowest no
# more than ties are broken by the bits; at the highest the least difference that two counts can
# make outweighs the latents' whole range.
_LOWEST, _HIGHEST = -20.0, 17.0
_BISECTIONS = 20


@dataclass(frozen=True, eq=False)
class RateControl:
    """Searches within a budget of bits.

    Attributes:
        model: the codec.
        code_lengths: bits [positions, levels] of each symbol, as the coder that is used spends
            them: what is near in bits for one coder may be dear for another.
    """

    model: SegmentModel
    code_lengths: NDArray[np.float64]

    def coded_within(
        self,
        log_mel: Tensor,
        config: SearchConfig,
        max_bytes: int,
        code: Callable[[SearchResult], CodedLogMel],
    ) -> CodedLogMel | None:
        """Search once, and shorten what was found until the payload fits.

        A search counts code lengths, and a payload may need a little more.

        Args:
            log_mel: [frames, 128] of a chunk, in nepers.
            config: how to search.
            max_bytes: of the payload.
            code: codes what a search found.

        Returns:
            None if the payload of the shortest symbols does not fit.
        """
        least_bits = self._least_bits(len(log_mel))
        bits = max(8.0 * max_bytes, least_bits)
        found = self.search_within(log_mel, config, bits)
        while (excess := len((coded := code(found)).payload) - max_bytes) > 0:
            if bits <= least_bits:
                return None
            bits = max(bits - 8.0 * excess, least_bits)
            found = self._shortened(log_mel, config, found, bits)
        return coded

    def bits(self, symbols: Tensor, frames: int) -> float:
        """Return the bits of what is sent of `symbols` [segments, positions, columns]."""
        columns = to_columns(symbols.cpu(), frames)
        return float(self.code_lengths[np.arange(columns.shape[1]), columns].sum())

    def search_within(self, log_mel: Tensor, config: SearchConfig, max_bits: float) -> SearchResult:
        """Find symbols of `log_mel` [frames, 128] that take at most `max_bits`.

        Lambda is the least with which the encoder's latent fits; the search keeps it.
        What it finds may still be too long, and is then quantised once more with a higher lambda:
        the last value of the trace is the objective after that and may lie above the one before.
        Where the encoder's latent and the result of the plain search fit, the result is just that.

        Raises:
            BitrateTooLowError: not even the shortest symbols fit.
        """
        frames = len(log_mel)
        latent = encoder_latent(self.model, log_mel)
        costs = self._fitting_costs(latent, frames, max_bits)
        found = search(self.model, log_mel, config, costs, latent)
        if self.bits(found.symbols, frames) <= max_bits:
            return found
        shortened = self._shortened(log_mel, config, found, max_bits)
        if _mean(shortened.objective, frames) <= _mean(found.trace[0], frames):
            return shortened
        alone = replace(config, strategy="encoder_only")
        return search(self.model, log_mel, alone, costs, latent)

    def costs(self, rd_lambda: float) -> Tensor:
        """Return the costs [positions, 1, levels] of the symbols, see `Quantiser.symbols`."""
        bits = torch.tensor(self.code_lengths, dtype=torch.float32)
        return rd_lambda * bits.unsqueeze(1).to(self.model.device)

    def _shortened(
        self, log_mel: Tensor, config: SearchConfig, found: SearchResult, max_bits: float
    ) -> SearchResult:
        """Quantise the levels that were found once more, so that they fit."""
        levels = self.model.quantiser.values(found.symbols.to(self.model.device)).cpu()
        costs = self._fitting_costs(levels, len(log_mel), max_bits)
        alone = replace(config, strategy="encoder_only")
        shortened = search(self.model, log_mel, alone, costs, levels)
        return replace(shortened, trace=torch.cat([found.trace, shortened.trace]))

    def _least_bits(self, frames: int) -> float:
        """Return the bits of the shortest symbols of that many frames."""
        columns = column_count(frames, self.model.networks.columns)
        return float(self.code_lengths.min(axis=1).sum()) * columns

    def _fitting_costs(self, latent: Tensor, frames: int, max_bits: float) -> Tensor | None:
        """Return the costs of the least lambda with which `latent` fits, by bisection."""
        on_device = latent.to(self.model.device)

        def bits(costs: Tensor | None) -> float:
            return self.bits(self.model.quantiser.symbols(on_device, costs), frames)

        if bits(None) <= max_bits:
            return None
        low, high = _LOWEST, _HIGHEST
        least = bits(self.costs(2.0**high))
        if least > max_bits:
            seconds = frames * HOP / SAMPLE_RATE
            raise BitrateTooLowError(
                f"the bit rate is too low: {seconds:.2f} s of speech shall fit into {max_bits:.0f}"
                f" bits, but this model needs {math.ceil(least)} bits,"
                f" {math.ceil(least / seconds)} bit/s; ask for at least that."
            )
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            if bits(self.costs(2.0**middle)) <= max_bits:
                high = middle
            else:
                low = middle
        return self.costs(2.0**high)


def _mean(objective: Tensor, frames: int) -> float:
    """Return the mean of F [segments] over the utterance's frames."""
    return float((objective * frame_mask(frames).sum((1, 2, 3))).sum()) / frames
