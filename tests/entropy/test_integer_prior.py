"""Coding by the recurrent model: nothing is lost, whatever the weights and the data."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_audio_compression.entropy.errors import CorruptPayloadError
from gan_audio_compression.entropy.integer_prior import ONE, IntegerPrior, tanh_table
from gan_audio_compression.entropy.logistic import LARGEST_SYMBOL, logistic_tables
from tests.payloads import nearest_shorter, old_forms

CHANNELS, STATES = 3, 8
TABLES = logistic_tables()


def model(seed: int, size: float = 1.0) -> IntegerPrior:
    """A model of random weights."""
    draw = np.random.default_rng(seed)

    def weights(*shape: int) -> np.ndarray:
        return np.round(size * ONE * draw.normal(size=shape)).astype(np.int32)

    return IntegerPrior(
        weights(3 * STATES, 2 * CHANNELS + 1),
        weights(3 * STATES),
        weights(3 * STATES, STATES),
        weights(3 * STATES),
        weights(2 * CHANNELS, STATES),
        weights(2 * CHANNELS),
        np.tril(weights(CHANNELS, CHANNELS), -1),
        np.tril(weights(CHANNELS, CHANNELS), -1),
        tanh_table(),
        TABLES,
    )


def symbols(seed: int, frames: int, spread: float = 3.0) -> np.ndarray:
    drawn = np.random.default_rng(seed).laplace(scale=spread, size=(frames, CHANNELS))
    return np.round(drawn).clip(-LARGEST_SYMBOL, LARGEST_SYMBOL).astype(np.int64)


def test_what_is_worth_its_bits_takes_less_at_little_more_error() -> None:
    coder, values = model(0, 0.1), np.random.default_rng(0).normal(scale=3, size=(200, CHANNELS))
    nearest = coder.code(np.round(values).astype(np.int64), 0)
    chosen = nearest.worthwhile(values, 0.1)
    assert coder.code_length(chosen, 0) < 0.985 * nearest.length
    errors = [np.mean(np.square(values - taken)) for taken in (nearest.symbols, chosen)]
    assert errors[1] < 1.2 * errors[0]


def test_bits_that_cost_nothing_change_no_symbol() -> None:
    values = np.random.default_rng(0).normal(scale=40, size=(200, CHANNELS)).clip(-63, 63)
    nearest = np.round(values).astype(np.int64)
    code = model(0).code(nearest, 0)
    np.testing.assert_array_equal(code.worthwhile(values, 0.0), nearest)
    assert np.abs(code.worthwhile(values, 1e9)).max() <= LARGEST_SYMBOL


@settings(max_examples=40)
@given(
    seed=st.integers(0, 9),
    size=st.sampled_from([0.1, 1.0, 30.0]),
    frames=st.integers(0, 30),
    spread=st.sampled_from([0.0, 0.3, 3.0, 40.0]),
    quality=st.integers(0, ONE),
)
def test_symbols_come_back(
    seed: int, size: float, frames: int, spread: float, quality: int
) -> None:
    coder, sent = model(seed, size), symbols(seed, frames, spread)
    payload = coder.encode(sent, quality)
    np.testing.assert_array_equal(coder.decode(payload, frames, quality), sent)


def test_the_payload_is_as_long_as_the_code_length_says() -> None:
    coder, sent = model(1), symbols(1, 400)
    bits = coder.code_length(sent, 1000)
    # The shortest fraction of an interval may take a bit less than the interval is worth.
    assert bits - 1 <= 8 * len(coder.encode(sent, 1000)) <= 1.01 * bits + 40


def test_a_frame_that_is_as_before_costs_next_to_nothing() -> None:
    coder, sent = model(1), symbols(1, 10)
    held = np.concatenate([sent, np.repeat(sent[-1:], 300, axis=0), sent])
    more = coder.code_length(held, 1000) - 2 * coder.code_length(sent, 1000)
    # To begin and to end a hold take 13 bits; the frames after it have another past.
    assert more < 13 + 0.05 * 300 + 0.5 * coder.code_length(sent, 1000)
    payload = coder.encode(held, 1000)
    assert 8 * len(payload) < coder.code_length(held, 1000) + 40
    np.testing.assert_array_equal(coder.decode(payload, len(held), 1000), held)


def test_a_symbol_depends_on_nothing_that_comes_later() -> None:
    coder, sent = model(2), symbols(2, 20)
    tables = coder.code(sent, 0).tables
    for frame, channel in ((0, 0), (7, 1), (19, 2)):
        changed = sent.copy()
        changed[frame, channel] += 1
        others = coder.code(changed, 0).tables
        np.testing.assert_array_equal(others[:frame], tables[:frame])
        np.testing.assert_array_equal(others[frame, : channel + 1], tables[frame, : channel + 1])


def test_the_quality_decides_too() -> None:
    coder, sent = model(3), symbols(3, 50)
    assert coder.code_length(sent, 0) != coder.code_length(sent, ONE)


def test_the_same_bytes_come_out_everywhere() -> None:
    coder, sent = model(4, 2.0), symbols(4, 200)
    payload = coder.encode(sent, 2048)
    _, without_zeros = old_forms(lambda: coder.encode(sent, 2048))
    assert digest_of(payload) == (666, "867499cbf13a4f7f")
    assert digest_of(without_zeros) == (668, "b700163897406714")


def digest_of(payload: bytes) -> tuple[int, str]:
    return len(payload), hashlib.sha256(payload).hexdigest()[:16]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("spread", [0.0, 0.3, 3.0])
def test_a_payload_is_the_shortest_and_longer_ones_are_read(seed: int, spread: float) -> None:
    coder, sent = model(seed), symbols(seed, 20, spread)
    payload = coder.encode(sent, 1000)
    for shorter in nearest_shorter(payload):
        assert not decodes(coder, shorter, sent)
    for old in old_forms(lambda: coder.encode(sent, 1000)):
        assert len(old) >= len(payload)
        assert decodes(coder, old, sent)


def decodes(coder: IntegerPrior, payload: bytes, sent: np.ndarray) -> bool:
    try:
        return np.array_equal(coder.decode(payload, len(sent), 1000), sent)
    except CorruptPayloadError:
        return False


@settings(max_examples=60)
@given(data=st.binary(max_size=60), frames=st.integers(0, 12))
def test_any_bytes_give_symbols_or_an_error(data: bytes, frames: int) -> None:
    try:
        decoded = model(5).decode(data, frames, 100)
    except CorruptPayloadError:
        return
    assert decoded.shape == (frames, CHANNELS)
    assert np.abs(decoded).max(initial=0) <= LARGEST_SYMBOL


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        (np.zeros((4, CHANNELS + 1), np.int64), "not \\[frames, 3\\]"),
        (np.full((4, CHANNELS), LARGEST_SYMBOL + 1), "within 63"),
    ],
)
def test_symbols_that_cannot_be_coded_are_refused(sent: np.ndarray, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        model(6).encode(sent, 0)


def test_weights_that_do_not_fit_are_refused() -> None:
    good = model(7)
    parts = {name: getattr(good, name) for name in good.__dataclass_fields__}
    for name, bad in (
        ("state_weights", good.state_weights[:-1]),
        ("output_biases", good.output_biases.astype(np.int64)),
        ("mean_weights", np.full_like(good.mean_weights, 1 << 21)),
    ):
        with pytest.raises(ValueError, match=name):
            IntegerPrior(**parts | {name: bad})
