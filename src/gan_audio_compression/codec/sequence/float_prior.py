"""The prior of the latents in floats, as it is trained and as a search takes its gradient.

Its twin in whole numbers, `entropy.integer_prior.IntegerPrior`, codes; `freeze_prior` makes the one
of the other and `thaw_prior` the other of the one.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from gan_audio_compression.entropy.integer_prior import (
    CONTEXT_LIMIT,
    ONE,
    IntegerPrior,
    tanh_table,
)
from gan_audio_compression.entropy.logistic import (
    HIGHEST_LOG_SCALE,
    LOWEST_LOG_SCALE,
    logistic_tables,
)
from gan_audio_compression.networks.torch_weights import open_network

# The smallest probability that training counts with; tables have none below 2^-16.
_LEAST_PROBABILITY = 2.0**-16
_CONTEXT_SCALE = 4.0
# In a rough computation pieces of so many frames are followed at once, each from so many before it.
_PIECE, _WARM_UP = 32, 16


@dataclass(frozen=True, eq=False)
class Past:
    """What came before some frames: the `symbols` [B, C] and the `states` [B, H] of the frame."""

    symbols: Tensor
    states: Tensor


class FloatPrior(nn.Module):
    """The distribution of each symbol, given the frames before and the channels before in its own.

    A gated recurrent unit (Cho and others, 2014) follows the frames; a linear layer gives a mean
    and the logarithm of a scale for each channel, to which the symbols of the channels before add
    linearly. The distribution is a logistic one, summed over the symbol's unit interval.

    Args:
        channels: of the latents.
        width: of the recurrent state.
    """

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.frames = nn.GRU(2 * channels + 1, width, batch_first=True)
        self.out_proj = nn.Linear(width, 2 * channels)
        self.mean_weights = nn.Parameter(torch.zeros(channels, channels))
        self.scale_weights = nn.Parameter(torch.zeros(channels, channels))

    def forward(self, symbols: Tensor, quality: Tensor) -> tuple[Tensor, Tensor]:
        """Return means and logarithms of scales [B, N, C] of `symbols` [B, N, C], whole numbers.

        Args:
            symbols: what is coded; nothing that comes later than a symbol bears on its own.
            quality: [B] in 0 .. 1.
        """
        return self.distributions(symbols, self.states(symbols, quality))

    def states(self, symbols: Tensor, quality: Tensor, past: Past | None = None) -> Tensor:
        """Return what is known at each frame, [B, N, H], of the frames before it.

        Args:
            symbols: [B, N, C].
            quality: [B] in 0 .. 1.
            past: what comes before the first frame; None if nothing does.
        """
        start = None if past is None else past.states[None]
        states: Tensor = self.frames(_inputs(symbols, quality, past), start)[0]
        return states

    def rough_states(self, symbols: Tensor, quality: Tensor) -> Tensor:
        """Return nearly the same as `states`, many frames at once: what is long past is forgotten.

        The first frames, as many as are followed at once, know all that they do in `states`.
        """
        inputs = _inputs(symbols, quality)
        frames = inputs.shape[1]
        pieces = max(-(-(frames - _WARM_UP) // _PIECE), 1)
        missing = _WARM_UP + pieces * _PIECE - frames
        windows = functional.pad(inputs, (0, 0, 0, missing)).unfold(1, _WARM_UP + _PIECE, _PIECE)
        states = self.frames(windows.transpose(2, 3).flatten(0, 1))[0]
        first, later = states.unflatten(0, (-1, pieces)).split((_WARM_UP, _PIECE), dim=2)
        return torch.cat([first[:, 0], later.flatten(1, 2)], dim=1)[:, :frames]

    def distributions(self, symbols: Tensor, states: Tensor) -> tuple[Tensor, Tensor]:
        """Return means and logarithms of scales [B, N, C], given the states [B, N, H]."""
        context = _context(symbols)
        means, log_scales = self.out_proj(states).chunk(2, dim=-1)
        means = means + context @ self.mean_weights.tril(-1).T
        log_scales = log_scales + context.abs() @ self.scale_weights.tril(-1).T
        return means, log_scales

    def code_length(self, symbols: Tensor, quality: Tensor, rough: bool = False) -> Tensor:
        """Return the bits [B, N, C] that `symbols` cost; differentiable in them too.

        If it may be rough, see `rough_states`.
        """
        follow = self.rough_states if rough else self.states
        return bits_under(symbols, *self.distributions(symbols, follow(symbols, quality)))


def _inputs(symbols: Tensor, quality: Tensor, past: Past | None = None) -> Tensor:
    """Return the inputs of the unit at each frame: the frame before it and the quality."""
    context = _context(symbols)
    first = torch.zeros_like(context[:, 0]) if past is None else _context(past.symbols)
    before = torch.cat([first[:, None], context[:, :-1]], dim=1)
    qualities = quality[:, None, None].expand(-1, symbols.shape[1], 1)
    return torch.cat([before, before.abs(), qualities], dim=-1)


def _context(symbols: Tensor) -> Tensor:
    """Return symbols as they bear on later ones."""
    return symbols.clamp(-CONTEXT_LIMIT, CONTEXT_LIMIT) / _CONTEXT_SCALE


def bits_under(symbols: Tensor, means: Tensor, log_scales: Tensor) -> Tensor:
    """Return the bits of symbols under logistic distributions, all of one shape."""
    scales = log_scales.clamp(LOWEST_LOG_SCALE, HIGHEST_LOG_SCALE).exp()
    distance = symbols - means
    upper, lower = (torch.sigmoid((distance + half) / scales) for half in (0.5, -0.5))
    return -(upper - lower).clamp_min(_LEAST_PROBABILITY).log2()


def freeze_prior(prior: FloatPrior) -> IntegerPrior:
    """Return the prior with whole numbers for weights, which decide alike on every machine."""
    cell = dict(prior.frames.named_parameters())
    return IntegerPrior(
        input_weights=_fixed_point(cell["weight_ih_l0"]),
        input_biases=_fixed_point(cell["bias_ih_l0"]),
        state_weights=_fixed_point(cell["weight_hh_l0"]),
        state_biases=_fixed_point(cell["bias_hh_l0"]),
        output_weights=_fixed_point(prior.out_proj.weight),
        output_biases=_fixed_point(prior.out_proj.bias),
        mean_weights=_fixed_point(prior.mean_weights.tril(-1)),
        scale_weights=_fixed_point(prior.scale_weights.tril(-1)),
        tanh=tanh_table(),
        tables=logistic_tables(),
    )


def _fixed_point(weights: Tensor) -> NDArray[np.int32]:
    return np.round(ONE * weights.detach().cpu().double().numpy()).astype(np.int32)


def thaw_prior(frozen: IntegerPrior) -> FloatPrior:
    """Return a prior to train on from one with whole numbers; undoes `freeze_prior`."""
    weights = {
        "frames.weight_ih_l0": frozen.input_weights,
        "frames.bias_ih_l0": frozen.input_biases,
        "frames.weight_hh_l0": frozen.state_weights,
        "frames.bias_hh_l0": frozen.state_biases,
        "out_proj.weight": frozen.output_weights,
        "out_proj.bias": frozen.output_biases,
        "mean_weights": frozen.mean_weights,
        "scale_weights": frozen.scale_weights,
    }
    return open_network(
        partial(FloatPrior, frozen.channels, frozen.state_weights.shape[1]),
        {name: (array / ONE).astype(np.float32) for name, array in weights.items()},
    )
