"""Bit rate control: the budget is kept, and no more is given up than it asks for."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from gan_audio_compression.codec.latent import to_columns
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.errors import BitrateTooLowError
from gan_audio_compression.codec.search.rate import ideal_bits, search_within
from gan_audio_compression.codec.search.run import encoder_latent, search
from gan_audio_compression.entropy.tables import LevelTables


@pytest.fixture
def model(codec_model: CodecModel) -> CodecModel:
    """The codec of random weights with tables of little entropy, so that there is rate to save."""
    draw = np.random.default_rng(0)
    seen = (1000 * draw.dirichlet(np.full(8, 0.4), 64)).astype(np.int64)
    return replace(codec_model, tables=LevelTables.from_histogram(seen))


def least_bits(model: CodecModel, columns: int) -> float:
    """Bits where each symbol is the most probable one."""
    return float(columns * model.tables.bits.min(axis=1).sum())


def test_only_columns_that_are_sent_count(model: CodecModel, log_mel: Tensor) -> None:
    symbols = search(model, log_mel, SearchConfig("encoder_only")).symbols
    columns = to_columns(symbols, len(log_mel))
    assert len(columns) == 8 + 3
    expected = sum(model.tables.bits[i, s] for row in columns for i, s in enumerate(row))
    assert ideal_bits(model, symbols, len(log_mel)) == pytest.approx(expected)


def test_a_rich_budget_gives_the_plain_search(
    model: CodecModel, log_mel: Tensor, config: SearchConfig
) -> None:
    plain = search(model, log_mel, config)
    found = search_within(model, log_mel, config, 1e9)
    assert torch.equal(found.symbols, plain.symbols)
    assert torch.equal(found.trace, plain.trace)


@pytest.mark.parametrize("share", [0.9, 0.6, 0.3, 0.01])
def test_the_budget_is_kept(
    model: CodecModel, log_mel: Tensor, config: SearchConfig, share: float
) -> None:
    least = least_bits(model, 11)
    natural = ideal_bits(model, search(model, log_mel, config).symbols, len(log_mel))
    budget = least + share * (natural - least)
    found = search_within(model, log_mel, config, budget)
    assert ideal_bits(model, found.symbols, len(log_mel)) <= budget
    again = search(
        model,
        log_mel,
        SearchConfig("encoder_only"),
        start=model.quantiser.values(found.symbols),
    )
    torch.testing.assert_close(again.objective, found.objective)
    assert torch.equal(found.trace[-1], found.objective)
    padding = model.padding.unsqueeze(-1).expand(8, 8, 5)
    assert torch.equal(found.symbols[1, :, :, 3:], padding)


def test_the_encoder_alone_uses_its_budget_up(model: CodecModel, log_mel: Tensor) -> None:
    alone = SearchConfig("encoder_only")
    natural = ideal_bits(model, search(model, log_mel, alone).symbols, len(log_mel))
    found = search_within(model, log_mel, alone, 0.7 * natural)
    bits = ideal_bits(model, found.symbols, len(log_mel))
    # One symbol of a rare level is the step in which the rate can fall.
    assert 0.7 * natural - 16 <= bits <= 0.7 * natural


def test_a_search_within_a_budget_is_no_worse_than_the_encoder_within_it(
    model: CodecModel, log_mel: Tensor, configs: dict[str, SearchConfig]
) -> None:
    alone = SearchConfig("encoder_only")
    natural = ideal_bits(model, search(model, log_mel, alone).symbols, len(log_mel))
    frames = torch.tensor([128.0, 40.0])
    for share in (0.8, 0.5):
        budget = share * natural
        start = search_within(model, log_mel, alone, budget).objective @ frames
        for strategy in ("back_propagation", "admm"):
            found = search_within(model, log_mel, configs[strategy], budget)
            assert found.objective @ frames <= start


def test_the_least_rate_there_is_can_be_had(model: CodecModel, log_mel: Tensor) -> None:
    least = least_bits(model, 11)
    found = search_within(model, log_mel, SearchConfig("encoder_only"), least + 1e-6)
    columns = to_columns(found.symbols, len(log_mel))
    probable = model.tables.counts.max(axis=1)
    assert (model.tables.counts[np.arange(64), columns] == probable).all()


def test_less_than_that_is_refused_with_what_there_is(model: CodecModel, log_mel: Tensor) -> None:
    least = least_bits(model, 11)
    rate = least / (168 * 128 / 16_000)
    with pytest.raises(BitrateTooLowError, match=rf"needs \d+ bits, {int(rate) + 1} bit/s; ask"):
        search_within(model, log_mel, SearchConfig("encoder_only"), least - 1)


def test_a_weight_of_the_rate_lowers_it(
    model: CodecModel, log_mel: Tensor, config: SearchConfig
) -> None:
    rates = [
        ideal_bits(model, search(model, log_mel, config, weight).symbols, len(log_mel))
        for weight in (0.0, 1e-3, 1e-2, 1e-1)
    ]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] < 0.8 * rates[0]


def test_a_search_starts_where_it_is_told(
    model: CodecModel, log_mel: Tensor, config: SearchConfig
) -> None:
    latent = encoder_latent(model, log_mel)
    assert latent.shape == (2, 8, 8, 8)
    given, own = search(model, log_mel, config, start=latent), search(model, log_mel, config)
    assert torch.equal(given.symbols, own.symbols)
    assert torch.equal(given.trace, own.trace)
    other = search(model, log_mel, config, start=1.0 - latent)
    assert not torch.equal(other.trace[0], own.trace[0])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_a_search_on_a_gpu_gives_its_result_on_the_cpu(
    model: CodecModel, log_mel: Tensor, config: SearchConfig
) -> None:
    budget = 0.9 * ideal_bits(model, search(model, log_mel, config).symbols, len(log_mel))
    found = search_within(model.to("cuda"), log_mel, config, budget)
    tensors = (found.symbols, found.objective, found.trace)
    assert {tensor.device.type for tensor in tensors} == {"cpu"}
    assert ideal_bits(model, found.symbols, len(log_mel)) <= budget
