"""Rate control of the segment codec: a search that ends within a budget of bits."""

import math
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from gan_audio_compression.codec.chunk_coder import CodedLogMel
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.errors import BitrateTooLowError
from gan_audio_compression.codec.search.problem import SearchResult
from gan_audio_compression.codec.segment.columns import column_contexts, column_count, to_columns
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.segment.search import encoder_latent, search
from gan_audio_compression.signal.segments import frame_mask
from gan_audio_compression.signal.spec import HOP, SAMPLE_RATE

# Lambda as powers of two. At the lowest no more than ties are broken by the bits; at
# the highest the least difference that two counts can make outweighs the latents' whole range.
_LOWEST, _HIGHEST = -20.0, 17.0
_BISECTIONS = 20


def coded_within(
    model: SegmentModel,
    log_mel: Tensor,
    config: SearchConfig,
    max_bytes: int,
    code: Callable[[SearchResult], CodedLogMel],
) -> CodedLogMel | None:
    """Search once, and shorten what was found until the payload fits.

    A search counts ideal code lengths, and a coder needs a little more.

    Args:
        model: the codec.
        log_mel: [frames, 128] of a chunk, in nepers.
        config: how to search.
        max_bytes: of the payload.
        code: codes what a search found.

    Returns:
        None if the payload of the most probable symbols does not fit.
    """
    least_bits = _least_bits(model, len(log_mel))
    bits = max(8.0 * max_bytes, least_bits)
    found = search_within(model, log_mel, config, bits)
    while (excess := len((coded := code(found)).payload) - max_bytes) > 0:
        if bits <= least_bits:
            return None
        bits = max(bits - 8.0 * excess, least_bits)
        found = _shortened(model, log_mel, config, found, bits)
    return coded


def ideal_bits(model: SegmentModel, symbols: Tensor, frames: int) -> float:
    """Return the code length of what is sent of `symbols` [segments, positions, columns]."""
    columns = to_columns(symbols.cpu(), frames)
    return model.tables.code_length(columns.ravel(), column_contexts(*columns.shape))


def search_within(
    model: SegmentModel, log_mel: Tensor, config: SearchConfig, max_bits: float
) -> SearchResult:
    """Find symbols of `log_mel` [frames, 128] whose ideal code length is at most `max_bits`.

    Lambda is the least with which the encoder's latent fits; the search keeps it.
    What it finds may still be too long, and is then quantised once more with a higher lambda: the
    last value of the trace is the objective after that and may lie above the one before. Where
    the encoder's latent and the result of the plain search fit, the result is just that.

    A real payload is a little longer than its ideal code length: subtract a margin.

    Raises:
        BitrateTooLowError: not even the most probable symbols fit.
    """
    frames = len(log_mel)
    latent = encoder_latent(model, log_mel)
    rd_lambda = _fitting_lambda(model, latent, frames, max_bits)
    found = search(model, log_mel, config, rd_lambda, latent)
    if ideal_bits(model, found.symbols, frames) <= max_bits:
        return found
    shortened = _shortened(model, log_mel, config, found, max_bits)
    if _mean(shortened.objective, frames) <= _mean(found.trace[0], frames):
        return shortened
    return search(model, log_mel, replace(config, strategy="encoder_only"), rd_lambda, latent)


def _shortened(
    model: SegmentModel, log_mel: Tensor, config: SearchConfig, found: SearchResult, max_bits: float
) -> SearchResult:
    """Quantise the levels that were found once more, so that they fit."""
    levels = model.quantiser.values(found.symbols.to(model.device)).cpu()
    rd_lambda = _fitting_lambda(model, levels, len(log_mel), max_bits)
    alone = replace(config, strategy="encoder_only")
    shortened = search(model, log_mel, alone, rd_lambda, levels)
    return replace(shortened, trace=torch.cat([found.trace, shortened.trace]))


def _least_bits(model: SegmentModel, frames: int) -> float:
    """Return the code length of the most probable symbols of that many frames."""
    return float(model.tables.bits.min(axis=1).sum()) * column_count(frames, model.networks.columns)


def _fitting_lambda(model: SegmentModel, latent: Tensor, frames: int, max_bits: float) -> float:
    """Return the least lambda with which `latent` fits, by bisection."""
    on_device = latent.to(model.device)

    def bits(rd_lambda: float) -> float:
        return ideal_bits(model, model.symbols(on_device, rd_lambda), frames)

    if bits(0.0) <= max_bits:
        return 0.0
    low, high = _LOWEST, _HIGHEST
    least = bits(2.0**high)
    if least > max_bits:
        seconds = frames * HOP / SAMPLE_RATE
        raise BitrateTooLowError(
            f"the bit rate is too low: {seconds:.2f} s of speech shall fit into {max_bits:.0f}"
            f" bits, but this model needs {math.ceil(least)} bits,"
            f" {math.ceil(least / seconds)} bit/s; ask for at least that."
        )
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if bits(2.0**middle) <= max_bits:
            high = middle
        else:
            low = middle
    return float(2.0**high)


def _mean(objective: Tensor, frames: int) -> float:
    """Return the mean of F [segments] over the utterance's frames."""
    return float((objective * frame_mask(frames).sum((1, 2, 3))).sum()) / frames
