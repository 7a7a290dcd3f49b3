"""The prior of the sequence codec in whole numbers: a causal model of symbols that codes them.

Its twin in floats, `codec.sequence.float_prior.FloatPrior`, is what training and searches use.

Learned entropy models break across machines where floats decide: one that differs in its last bit
ruins the rest of the stream (Balle and others, "Integer networks for data compression with
latent-variable models", 2019). Here weights and states are whole numbers, so that the same tables
come out on every machine, whatever its library or number of threads.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.entropy import range_coder
from gan_audio_compression.entropy.logistic import (
    FRACTIONS,
    LARGEST_SYMBOL,
    LEVELS,
    LOWEST_LOG_SCALE,
    SCALES,
    SCALES_PER_NEPER,
)
from gan_audio_compression.entropy.prior_code import HOLDS, Integers, PriorCode
from gan_audio_compression.entropy.tables import LevelTables

FRACTION_BITS = 12
"""Bits behind the point of weights, states and the quality."""

ONE = 1 << FRACTION_BITS

CONTEXT_LIMIT = 8
"""A symbol further from zero counts as this one in the context of later symbols."""

_CONTEXT_SHIFT = FRACTION_BITS - 2
_TANH_SHIFT = 3
_TANH_END = 8 * ONE >> _TANH_SHIFT
# Whole numbers this large, and their sums in any order, are exact in float64.
_EXACT = np.float64
_LARGEST_WEIGHT = 1 << 20

Models = dict[int, Any]
_Whole = TypeVar("_Whole", int, Integers)


def tanh_table() -> NDArray[np.int32]:
    """Return the hyperbolic tangent of 0, 1/512 .. 8 with 12 bits behind the point."""
    return np.round(ONE * np.tanh(np.arange(_TANH_END + 1) * 2.0**_TANH_SHIFT / ONE)).astype(
        np.int32
    )


@dataclass(frozen=True, eq=False)
class IntegerPrior:
    """A gated recurrent unit over frames, linear in the channels before, in whole numbers.

    Frames of C symbols in -63 .. 63 follow each other, see `PriorCode`; the state has H values.
    Attributes are int32 with 12 bits behind the point, in the layout of `torch.nn.GRU`.

    Attributes:
        input_weights: [3 H, 2 C + 1], of the symbols of the frame before, their magnitudes, and
            the quality.
        input_biases, state_biases: [3 H].
        state_weights: [3 H, H].
        output_weights, output_biases: [2 C, H] and [2 C], means and then logarithms of scales.
        mean_weights, scale_weights: [C, C], of the channels before in the same frame.
        tanh: [4097].
        tables: as `logistic.logistic_tables` gives them.

    Raises:
        ValueError: the shapes do not fit together, or a weight is too large.
    """

    input_weights: NDArray[np.int32]
    input_biases: NDArray[np.int32]
    state_weights: NDArray[np.int32]
    state_biases: NDArray[np.int32]
    output_weights: NDArray[np.int32]
    output_biases: NDArray[np.int32]
    mean_weights: NDArray[np.int32]
    scale_weights: NDArray[np.int32]
    tanh: NDArray[np.int32]
    tables: LevelTables

    def __post_init__(self) -> None:
        channels, states = len(self.mean_weights), self.state_weights.shape[-1]
        shapes = {
            "input_weights": (3 * states, 2 * channels + 1),
            "input_biases": (3 * states,),
            "state_weights": (3 * states, states),
            "state_biases": (3 * states,),
            "output_weights": (2 * channels, states),
            "output_biases": (2 * channels,),
            "mean_weights": (channels, channels),
            "scale_weights": (channels, channels),
            "tanh": (_TANH_END + 1,),
        }
        for name, shape in shapes.items():
            weights = getattr(self, name)
            if weights.shape != shape or weights.dtype != np.int32:
                raise ValueError(f"{name} is {weights.dtype} {list(weights.shape)}, not {shape}")
            if np.abs(weights.astype(np.int64)).max(initial=0) > _LARGEST_WEIGHT:
                raise ValueError(f"{name} has a weight above {_LARGEST_WEIGHT // ONE}")
        if self.tables.counts.shape != (SCALES * FRACTIONS, LEVELS):
            raise ValueError(f"tables are {list(self.tables.counts.shape)}")

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Undo `arrays`.

        Raises:
            KeyError: an array is missing.
            ValueError: they do not fit together.
        """
        named: dict[str, Any] = {field.name: arrays[field.name] for field in fields(cls)}
        return cls(**named | {"tables": LevelTables(named["tables"])})

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that the prior is made of, by name; of the tables their counts."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        return arrays | {"tables": self.tables.counts}

    @property
    def channels(self) -> int:
        """Symbols in a frame."""
        return len(self.mean_weights)

    def code_length(
        self, symbols: NDArray[np.integer[Any]], quality: int | Integers
    ) -> NDArray[np.float64]:
        """Return the ideal code length [...] of `symbols` in bits, see `code`."""
        return self.code(symbols, quality).length

    def encode(self, symbols: NDArray[np.integer[Any]], quality: int) -> bytes:
        """Code frames of `symbols` [frames, C], see `code`."""
        return self.code(symbols, quality).payload()

    def decode(self, data: bytes, frames: int, quality: int) -> Integers:
        """Undo `encode`: symbols [frames, C], which lie within their range whatever the data.

        Raises:
            CorruptPayloadError: the data cannot have come from `encode`.
        """
        try:
            return self.decode_from(range_coder.decoder_of(data), frames, quality)
        except AssertionError as error:
            raise range_coder.corrupt(data) from error

    def decode_from(
        self, decoder: Any, frames: int, quality: int, past: Integers | None = None
    ) -> Integers:
        """Return the next symbols [frames, C] of a decoder, see `range_coder.decoder_of`.

        Args:
            decoder: whose next symbols they are.
            frames: how many.
            quality: what they were made at, 0 .. 4096.
            past: frames that come before, [n, C], as the sender had them; None for none.

        Raises:
            AssertionError: the data cannot have come from an encoder.
        """
        models: Models = {}
        symbols = np.zeros((frames, self.channels), np.int64)
        state = np.zeros(self.state_weights.shape[1], np.int64)
        before, held = np.zeros(self.channels, np.int64), 0
        for frame in [] if past is None else past:
            state = self._next_state(state, self._driven(before, quality))
            before = frame
        for frame in symbols:
            state = self._next_state(state, self._driven(before, quality))
            likely = HOLDS.probabilities[held][None]
            held = int(decoder.decode(range_coder.CATEGORICAL, likely)[0])
            if held:
                frame[:] = before
            else:
                self._decode_frame(decoder, models, frame, self._outputs(state))
            before = frame
        return symbols

    def _decode_frame(
        self, decoder: Any, models: Models, frame: Integers, outputs: Integers
    ) -> None:
        """Fill in `frame`; each symbol bears on the `outputs` of the channels that follow."""
        for channel, bearings in enumerate(self._bearings):
            mean, log_scale = int(outputs[channel]), int(outputs[self.channels + channel])
            table, offset = _table_and_offset(mean, log_scale, _limited)
            if table not in models:
                models[table] = range_coder.model_of(self.tables.probabilities[table])
            symbol = decoder.decode(models[table]) + offset - 2 * LARGEST_SYMBOL
            if symbol:
                frame[channel] = _limited(symbol, -LARGEST_SYMBOL, LARGEST_SYMBOL)
                outputs += bearings[_limited(symbol, -CONTEXT_LIMIT, CONTEXT_LIMIT)]

    def code(
        self,
        symbols: NDArray[np.integer[Any]],
        quality: int | Integers,
        past: Integers | None = None,
    ) -> PriorCode:
        """Return how symbols are coded.

        Args:
            symbols: [..., frames, C] in -63 .. 63.
            quality: what they were made at, 0 .. 4096, one for all or [...]; the decoder must have
                the same.
            past: frames that come before, [n, C], the same for all; None for none.

        Raises:
            ValueError: a symbol is out of range, or there are not C to a frame.
        """
        if symbols.ndim < 2 or symbols.shape[-1] != self.channels:
            raise ValueError(f"symbols are {list(symbols.shape)}, not [frames, {self.channels}].")
        if np.abs(symbols).max(initial=0) > LARGEST_SYMBOL:
            raise ValueError(f"symbols must lie within {LARGEST_SYMBOL} of zero.")
        # Frames come first, so that a step is a row.
        own = np.moveaxis(symbols.astype(np.int64), -2, 0)
        earlier = np.zeros((0, self.channels), np.int64) if past is None else past
        nothing, shape = np.zeros((1, *own.shape[1:]), np.int64), (len(earlier), *own.shape[1:])
        rows = earlier.reshape(len(earlier), *[1] * (own.ndim - 2), self.channels)
        before = np.concatenate([nothing, np.broadcast_to(rows, shape), own])
        outputs = self._outputs(self._states(before[:-1], quality)[len(earlier) :])
        context = _context(own)
        means: Integers = context @ self._wide["mean_weights"].T
        log_scales: Integers = np.abs(context) @ self._wide["scale_weights"].T
        means += outputs[..., : self.channels]
        log_scales += outputs[..., self.channels :]
        tables, offsets = _table_and_offset(means, log_scales, np.clip)
        levels = own - offsets + 2 * LARGEST_SYMBOL
        return PriorCode(
            symbols,
            before[len(earlier)],
            self.tables,
            np.moveaxis(tables, 0, -2),
            np.moveaxis(levels, 0, -2),
        )

    @cached_property
    def _wide(self) -> dict[str, Integers]:
        return {name: a.astype(np.int64) for name, a in self.arrays.items() if name != "tables"}

    @cached_property
    def _bearings(self) -> Integers:
        """Return what a symbol adds to the outputs of its frame, [C, symbols, 2 C].

        Counted as Python does, so that those below zero come last.
        """
        symbols = np.arange(2 * CONTEXT_LIMIT + 1)
        context = _context((symbols + CONTEXT_LIMIT) % len(symbols) - CONTEXT_LIMIT)[:, None]
        by_mean, by_scale = (
            self._wide[name].T[:, None] for name in ("mean_weights", "scale_weights")
        )
        return np.concatenate([context * by_mean, np.abs(context) * by_scale], axis=-1)

    @cached_property
    def _matrices(self) -> dict[str, NDArray[np.float64]]:
        """Return the large matrices as floats, whose products with whole numbers are exact."""
        names = ("input_weights", "state_weights", "output_weights")
        return {name: getattr(self, name).astype(_EXACT) for name in names}

    def _product(self, name: str, values: Integers) -> Integers:
        # Not as a matrix product: libraries share it among threads, which then wait for each other.
        product = np.vecdot(values.astype(_EXACT)[..., None, :], self._matrices[name])
        return np.asarray(product.astype(np.int64))

    def _driven(self, before: Integers, quality: int | Integers) -> Integers:
        """Return what the frame before [..., C] drives the unit with, [..., 3 H]."""
        context = _context(before)
        shape = (*context.shape[:-1], 1)
        qualities = np.broadcast_to(np.asarray(quality, np.int64)[..., None], shape)
        inputs = np.concatenate([context, np.abs(context), qualities], axis=-1)
        biases = self._wide["input_biases"] << FRACTION_BITS
        return self._product("input_weights", inputs) + biases

    def _states(self, before: Integers, quality: int | Integers) -> Integers:
        """Return the state [frames, ..., H] at each frame, given the frame before it."""
        state = np.zeros((*before.shape[1:-1], self.state_weights.shape[1]), np.int64)
        states = np.zeros((len(before), *state.shape), np.int64)
        for step, driven in enumerate(self._driven(before, quality)):
            states[step] = state = self._next_state(state, driven)
        return states

    def _next_state(self, state: Integers, driven: Integers) -> Integers:
        biases = self._wide["state_biases"] << FRACTION_BITS
        recurrent = self._product("state_weights", state) + biases
        states = state.shape[-1]
        gates = self._sigmoid(_scaled_down((driven + recurrent)[..., : 2 * states]))
        reset, update = gates[..., :states], gates[..., states:]
        candidate_in, candidate_by = driven[..., 2 * states :], recurrent[..., 2 * states :]
        candidate = self._tanh(_scaled_down(candidate_in + reset * _scaled_down(candidate_by)))
        return _scaled_down((ONE - update) * candidate + update * state)

    def _outputs(self, state: Integers) -> Integers:
        biases = self._wide["output_biases"] << FRACTION_BITS
        return self._product("output_weights", state) + biases

    def _tanh(self, values: Integers) -> Integers:
        magnitude = self._wide["tanh"][np.minimum(np.abs(values) >> _TANH_SHIFT, _TANH_END)]
        tanh: Integers = np.where(values < 0, -magnitude, magnitude)
        return tanh

    def _sigmoid(self, values: Integers) -> Integers:
        return (ONE + self._tanh(values >> 1)) >> 1


def _context(symbols: Integers) -> Integers:
    """Return symbols as they bear on later ones: a quarter of each, in fixed point."""
    context: Integers = np.clip(symbols, -CONTEXT_LIMIT, CONTEXT_LIMIT) << _CONTEXT_SHIFT
    return context


def _scaled_down(products: _Whole) -> _Whole:
    """Return products of two numbers in fixed point as one, rounded half up."""
    return (products + ONE // 2) >> FRACTION_BITS


def _limited(value: int, lowest: int, highest: int) -> int:
    return min(max(value, lowest), highest)


def _table_and_offset(
    means: _Whole, log_scales: _Whole, clip: Callable[[_Whole, int, int], _Whole]
) -> tuple[_Whole, _Whole]:
    """Return the tables and the rounded means, of values with 24 bits behind the point.

    With `clip` for what they are: NumPy is slow with a single number.
    """
    mean = clip(_scaled_down(means), -LARGEST_SYMBOL * ONE, LARGEST_SYMBOL * ONE)
    offset = (mean + ONE // 2) >> FRACTION_BITS
    fraction = (mean - (offset << FRACTION_BITS) + ONE // 2) * FRACTIONS >> FRACTION_BITS
    above = _scaled_down(log_scales) - int(LOWEST_LOG_SCALE * ONE)
    scale = clip(_scaled_down(above * SCALES_PER_NEPER), 0, SCALES - 1)
    return scale * FRACTIONS + fraction, offset
