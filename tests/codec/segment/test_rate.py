"""Bit rate control: the budget is kept, and no more is given up than it asks for."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from gan_audio_compression.codec.chunk_coder import CodedLogMel
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.errors import BitrateTooLowError
from gan_audio_compression.codec.search.problem import SearchResult
from gan_audio_compression.codec.segment import rate
from gan_audio_compression.codec.segment.columns import to_columns
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.segment.rate import RateControl
from gan_audio_compression.codec.segment.search import encoder_latent, search
from gan_audio_compression.entropy.coder import make_coder
from gan_audio_compression.entropy.tables import LevelTables


@pytest.fixture
def model(segment_model: SegmentModel) -> SegmentModel:
    """The codec of random weights with tables of little entropy, so that there is rate to save."""
    draw = np.random.default_rng(0)
    seen = (1000 * draw.dirichlet(np.full(8, 0.4), 16)).astype(np.int64)
    return replace(segment_model, tables=LevelTables.from_histogram(seen))


@pytest.fixture
def control(model: SegmentModel) -> RateControl:
    """Rate control for the arithmetic coder."""
    return RateControl(model, model.tables.bits)


def least_bits(model: SegmentModel, columns: int) -> float:
    """Bits where each symbol is the most probable one."""
    return float(columns * model.tables.bits.min(axis=1).sum())


def test_only_columns_that_are_sent_count(
    model: SegmentModel, control: RateControl, log_mel: Tensor
) -> None:
    symbols = search(model, log_mel, SearchConfig("encoder_only")).symbols
    columns = to_columns(symbols, len(log_mel))
    assert len(columns) == 32 + 10
    expected = sum(model.tables.bits[i, s] for row in columns for i, s in enumerate(row))
    assert control.bits(symbols, len(log_mel)) == pytest.approx(expected)


def test_a_rich_budget_gives_the_plain_search(
    model: SegmentModel, control: RateControl, log_mel: Tensor, config: SearchConfig
) -> None:
    plain = search(model, log_mel, config)
    found = control.search_within(log_mel, config, 1e9)
    assert torch.equal(found.symbols, plain.symbols)
    assert torch.equal(found.trace, plain.trace)


@pytest.mark.parametrize("share", [0.9, 0.6, 0.3, 0.01])
def test_the_budget_is_kept(
    model: SegmentModel, control: RateControl, log_mel: Tensor, config: SearchConfig, share: float
) -> None:
    least = least_bits(model, 42)
    natural = control.bits(search(model, log_mel, config).symbols, len(log_mel))
    budget = least + share * (natural - least)
    found = control.search_within(log_mel, config, budget)
    assert control.bits(found.symbols, len(log_mel)) <= budget
    again = search(
        model,
        log_mel,
        SearchConfig("encoder_only"),
        start=model.quantiser.values(found.symbols),
    )
    torch.testing.assert_close(again.objective, found.objective)
    assert torch.equal(found.trace[-1], found.objective)
    padding = model.padding.unsqueeze(-1).expand(16, 22)
    assert torch.equal(found.symbols[1, :, 10:], padding)


def test_the_encoder_alone_uses_its_budget_up(
    model: SegmentModel, control: RateControl, log_mel: Tensor
) -> None:
    alone = SearchConfig("encoder_only")
    natural = control.bits(search(model, log_mel, alone).symbols, len(log_mel))
    found = control.search_within(log_mel, alone, 0.7 * natural)
    bits = control.bits(found.symbols, len(log_mel))
    # One symbol of a rare level is the step in which the rate can fall.
    assert 0.7 * natural - 16 <= bits <= 0.7 * natural


def test_bits_are_those_of_the_coder_that_is_used(model: SegmentModel, log_mel: Tensor) -> None:
    """Ideal code lengths at the same length of code words draw the latents farther away."""
    alone, frames = SearchConfig("encoder_only"), len(log_mel)
    latent = encoder_latent(model, log_mel)

    def error(found: SearchResult) -> float:
        moved = model.quantiser.values(found.symbols) - latent
        return float(moved[0].square().sum() + moved[1, :, :10].square().sum())

    huffman = RateControl(model, make_coder("huffman", model.tables).bits)
    budget = 0.7 * huffman.bits(search(model, log_mel, alone).symbols, frames)
    ideal = RateControl(model, model.tables.bits)
    shares = (ideal.search_within(log_mel, alone, budget - less) for less in range(int(budget)))
    other = next(found for found in shares if huffman.bits(found.symbols, frames) <= budget)
    assert error(huffman.search_within(log_mel, alone, budget)) < error(other)


def test_costs_trade_distance_for_bits(model: SegmentModel, control: RateControl) -> None:
    latents = torch.rand(3, 16, 5, generator=torch.Generator().manual_seed(1))
    found = model.quantiser.symbols(latents, control.costs(0.01))
    for position in (0, 7, 15):
        bits = torch.tensor(model.tables.bits[position])
        costs = (latents[:, position, :, None] - model.quantiser.levels).square() + 0.01 * bits
        assert torch.equal(found[:, position], costs.argmin(-1))
    assert not torch.equal(found, model.quantiser.symbols(latents))


def test_a_search_within_a_budget_is_no_worse_than_the_encoder_within_it(
    model: SegmentModel, control: RateControl, log_mel: Tensor, configs: dict[str, SearchConfig]
) -> None:
    alone = SearchConfig("encoder_only")
    natural = control.bits(search(model, log_mel, alone).symbols, len(log_mel))
    frames = torch.tensor([128.0, 40.0])
    for share in (0.8, 0.5):
        budget = share * natural
        start = control.search_within(log_mel, alone, budget).objective @ frames
        for strategy in ("back_propagation", "admm"):
            found = control.search_within(log_mel, configs[strategy], budget)
            assert found.objective @ frames <= start


def test_the_least_rate_there_is_can_be_had(
    model: SegmentModel, control: RateControl, log_mel: Tensor
) -> None:
    least = least_bits(model, 42)
    found = control.search_within(log_mel, SearchConfig("encoder_only"), least + 1e-6)
    columns = to_columns(found.symbols, len(log_mel))
    probable = model.tables.counts.max(axis=1)
    assert (model.tables.counts[np.arange(16), columns] == probable).all()


def test_less_than_that_is_refused_with_what_there_is(
    model: SegmentModel, control: RateControl, log_mel: Tensor
) -> None:
    least = least_bits(model, 42)
    rate = least / (168 * 128 / 16_000)
    with pytest.raises(BitrateTooLowError, match=rf"needs \d+ bits, {int(rate) + 1} bit/s; ask"):
        control.search_within(log_mel, SearchConfig("encoder_only"), least - 1)


def test_a_lambda_lowers_the_rate(
    model: SegmentModel, control: RateControl, log_mel: Tensor, config: SearchConfig
) -> None:
    rates = [
        control.bits(search(model, log_mel, config, control.costs(rd_lambda)).symbols, len(log_mel))
        for rd_lambda in (0.0, 1e-3, 1e-2, 1e-1)
    ]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] < 0.8 * rates[0]


def test_a_search_starts_where_it_is_told(
    model: SegmentModel, log_mel: Tensor, config: SearchConfig
) -> None:
    latent = encoder_latent(model, log_mel)
    assert latent.shape == (2, 16, 32)
    given, own = search(model, log_mel, config, start=latent), search(model, log_mel, config)
    assert torch.equal(given.symbols, own.symbols)
    assert torch.equal(given.trace, own.trace)
    other = search(model, log_mel, config, start=1.0 - latent)
    assert not torch.equal(other.trace[0], own.trace[0])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_a_search_on_a_gpu_gives_its_result_on_the_cpu(
    model: SegmentModel, control: RateControl, log_mel: Tensor, config: SearchConfig
) -> None:
    budget = 0.9 * control.bits(search(model, log_mel, config).symbols, len(log_mel))
    on_gpu = RateControl(model.to("cuda"), model.tables.bits)
    found = on_gpu.search_within(log_mel, config, budget)
    tensors = (found.symbols, found.objective, found.trace)
    assert {tensor.device.type for tensor in tensors} == {"cpu"}
    assert control.bits(found.symbols, len(log_mel)) <= budget


def test_a_payload_that_is_too_long_is_shortened_without_another_search(
    model: SegmentModel,
    control: RateControl,
    log_mel: Tensor,
    configs: dict[str, SearchConfig],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A coder takes more than the ideal code length, and a search takes minutes."""
    strategies = []

    def noted(model: SegmentModel, log_mel: Tensor, config: SearchConfig, *rest: Any) -> Any:
        strategies.append(config.strategy)
        return search(model, log_mel, config, *rest)

    def code(found: SearchResult) -> CodedLogMel:
        bits = control.bits(found.symbols, len(log_mel))
        symbols = to_columns(found.symbols, len(log_mel))
        return CodedLogMel(symbols, bytes(int(1.1 * bits / 8)), log_mel.numpy(), bits, 0.0, 0.0)

    config = configs["admm"]
    monkeypatch.setattr(rate, "search", noted)
    natural = control.bits(search(model, log_mel, config).symbols, len(log_mel))
    coded = control.coded_within(log_mel, config, int(0.9 * natural / 8), code)
    assert coded is not None
    assert len(coded.payload) <= 0.9 * natural / 8
    assert strategies.count(config.strategy) == 1
    assert len(strategies) > 1
