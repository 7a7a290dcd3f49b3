"""What a search promises: islands, results as good as it says, the same again."""

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.segment.search import BATCH, search
from gan_audio_compression.signal.segments import join_segments

# Nepers in [-10, 0] are the networks' [-1, 1].
SCALE = 0.2


def test_a_segment_alone_gets_the_same_symbols(
    segment_model: SegmentModel, make_log_mel: Any, config: SearchConfig
) -> None:
    log_mel = make_log_mel(BATCH * 128 + 40, 2)
    together = search(segment_model, log_mel, config)
    assert len(together.symbols) == BATCH + 1
    for number, segment in enumerate(log_mel.split(128)):
        alone = search(segment_model, segment, config)
        assert torch.equal(alone.symbols[0], together.symbols[number])
        assert alone.objective[0] == together.objective[number]


def test_a_long_search_of_a_segment_alone_gets_the_same_symbols(
    segment_model: SegmentModel, configs: dict[str, SearchConfig], log_mel: Tensor
) -> None:
    # Where rounding depends on the neighbours, some dozen steps are enough to show it.
    long = replace(configs["admm"], iterations=40)
    together = search(segment_model, log_mel, long)
    for number, segment in enumerate(log_mel.split(128)):
        alone = search(segment_model, segment, long)
        assert torch.equal(alone.symbols[0], together.symbols[number])


def test_neighbours_do_not_matter(
    segment_model: SegmentModel, make_log_mel: Any, log_mel: Tensor, config: SearchConfig
) -> None:
    changed = make_log_mel(len(log_mel), 3)
    changed[:128] = log_mel[:128]
    before, after = (search(segment_model, mel, config).symbols for mel in (log_mel, changed))
    assert torch.equal(before[0], after[0])
    assert not torch.equal(before[1], after[1])


def test_the_result_is_as_good_as_it_says(
    segment_model: SegmentModel, log_mel: Tensor, config: SearchConfig
) -> None:
    found = search(segment_model, log_mel, replace(config, objective="mse"))
    with torch.no_grad():
        images = segment_model.generator(segment_model.quantiser.levels[found.symbols])
    error = SCALE * (join_segments(images, len(log_mel)) - log_mel)
    of_frames = error.square().mean(1)
    expected = torch.stack([part.mean() for part in of_frames.split(128)])
    torch.testing.assert_close(found.objective, expected)


def test_the_trace_falls_to_the_objective(
    segment_model: SegmentModel, make_log_mel: Any, config: SearchConfig
) -> None:
    found = search(segment_model, make_log_mel(BATCH * 128 + 40, 2), config)
    assert found.trace.shape[1] == BATCH + 1
    assert (found.trace.diff(dim=0) <= 0).all()
    assert torch.equal(found.trace[-1], found.objective)


def test_symbols_are_levels(
    segment_model: SegmentModel, log_mel: Tensor, config: SearchConfig
) -> None:
    symbols = search(segment_model, log_mel, config).symbols
    assert symbols.shape == (2, 16, 32)
    assert symbols.min() >= 0
    assert symbols.max() < len(segment_model.quantiser.levels)


def test_columns_that_are_not_sent_carry_silence(
    segment_model: SegmentModel, log_mel: Tensor, config: SearchConfig
) -> None:
    last = search(segment_model, log_mel, config).symbols[-1]
    for column in range(10, 32):
        assert torch.equal(last[:, column], segment_model.padding)
    assert not torch.equal(last[:, 9], segment_model.padding)


def test_the_same_again(segment_model: SegmentModel, log_mel: Tensor, config: SearchConfig) -> None:
    first, second = (search(segment_model, log_mel, config) for _ in range(2))
    assert torch.equal(first.symbols, second.symbols)
    assert torch.equal(first.trace, second.trace)


def test_a_search_leaves_the_model_alone(
    segment_model: SegmentModel, log_mel: Tensor, config: SearchConfig
) -> None:
    # A replica computes its digest anew.
    digest = replace(segment_model).digest
    search(segment_model, log_mel, config)
    assert replace(segment_model).digest == digest
    assert all(p.grad is None for p in segment_model.generator.parameters())
