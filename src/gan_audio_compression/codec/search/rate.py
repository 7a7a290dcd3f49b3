"""Bit rate control: a search that ends within a budget of bits."""

import math
from dataclasses import replace

import torch
from torch import Tensor

from gan_audio_compression.codec.latent import column_contexts, to_columns
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.errors import BitrateTooLowError
from gan_audio_compression.codec.search.problem import SearchResult
from gan_audio_compression.codec.search.run import encoder_latent, search
from gan_audio_compression.signal.segments import frame_mask
from gan_audio_compression.signal.spec import HOP, SAMPLE_RATE

# Weights of the rate as powers of two. At the lowest no more than ties are broken by the bits; at
# the highest the least difference that two counts can make outweighs the latents' whole range.
_LOWEST, _HIGHEST = -20.0, 17.0
_BISECTIONS = 20


def ideal_bits(model: CodecModel, symbols: Tensor, frames: int) -> float:
    """Return the code length of what is sent of `symbols` [segments, C, 8, 8]."""
    columns = to_columns(symbols.cpu(), frames)
    return model.tables.code_length(columns.ravel(), column_contexts(*columns.shape))


def search_within(
    model: CodecModel, log_mel: Tensor, config: SearchConfig, max_bits: float
) -> SearchResult:
    """Find symbols of `log_mel` [frames, 128] whose ideal code length is at most `max_bits`.

    The weight of the rate is the least with which the encoder's latent fits; the search keeps it.
    What it finds may still be too long, and is then quantised once more with a higher weight: the
    last value of the trace is the objective after that and may lie above the one before. Where
    the encoder's latent and the result of the plain search fit, the result is just that.

    A real payload is a little longer than its ideal code length: subtract a margin.

    Raises:
        BitrateTooLowError: not even the most probable symbols fit.
    """
    frames = len(log_mel)
    latent = encoder_latent(model, log_mel)
    weight = _fitting_weight(model, latent, frames, max_bits)
    found = search(model, log_mel, config, weight, latent)
    if ideal_bits(model, found.symbols, frames) <= max_bits:
        return found
    shortened = _shortened(model, log_mel, config, found, max_bits)
    if _mean(shortened.objective, frames) <= _mean(found.trace[0], frames):
        return shortened
    return search(model, log_mel, replace(config, strategy="encoder_only"), weight, latent)


def _shortened(
    model: CodecModel, log_mel: Tensor, config: SearchConfig, found: SearchResult, max_bits: float
) -> SearchResult:
    """Quantise the levels that were found once more, so that they fit."""
    levels = model.quantiser.values(found.symbols.to(model.device)).cpu()
    weight = _fitting_weight(model, levels, len(log_mel), max_bits)
    alone = replace(config, strategy="encoder_only")
    shortened = search(model, log_mel, alone, weight, levels)
    return replace(shortened, trace=torch.cat([found.trace, shortened.trace]))


def _fitting_weight(model: CodecModel, latent: Tensor, frames: int, max_bits: float) -> float:
    """Return the least weight of the rate with which `latent` fits, by bisection."""
    on_device = latent.to(model.device)

    def bits(weight: float) -> float:
        return ideal_bits(model, model.symbols(on_device, weight), frames)

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
