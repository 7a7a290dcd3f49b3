"""The order of symbols in a file."""

import numpy as np
import pytest
import torch

from gan_audio_compression.codec.segment.columns import (
    column_contexts,
    column_count,
    from_columns,
    sent_columns,
    to_columns,
)

PADDING = torch.arange(64).reshape(8, 8) + 1000


def symbols_of(frames: int) -> torch.Tensor:
    segments = -(-frames // 128)
    return torch.randint(
        0, 16, (segments, 8, 8, 8), generator=torch.Generator().manual_seed(frames)
    )


@pytest.mark.parametrize("frames", range(1, 301))
def test_columns_come_back_and_the_rest_is_padding(frames: int) -> None:
    symbols = symbols_of(frames)
    columns = to_columns(symbols, frames)
    assert columns.shape == (-(-frames // 16), 64)
    assert columns.dtype == np.int32
    back = from_columns(columns, PADDING)
    sent = sent_columns(frames).expand_as(symbols)
    assert torch.equal(back[sent], symbols[sent])
    silence = PADDING[None, :, :, None].expand_as(symbols)
    assert torch.equal(back[~sent], silence[~sent])


def test_order_is_column_channel_row() -> None:
    symbols = torch.arange(2 * 512).reshape(2, 8, 8, 8)
    columns = to_columns(symbols, 256)
    assert columns[3, 5 * 8 + 6] == symbols[0, 5, 6, 3]
    assert columns[8 + 2, 7 * 8 + 1] == symbols[1, 7, 1, 2]


@pytest.mark.parametrize(
    ("frames", "columns"), [(1, 1), (16, 1), (17, 2), (128, 8), (129, 9), (256, 16)]
)
def test_a_column_is_sent_if_it_touches_the_utterance(frames: int, columns: int) -> None:
    assert column_count(frames) == columns
    sent = sent_columns(frames)
    assert sent.shape == (-(-frames // 128), 1, 1, 8)
    assert sent.flatten().tolist() == [i < columns for i in range(sent.numel())]


def test_each_position_of_a_column_has_its_table() -> None:
    contexts = column_contexts(3, 64)
    assert contexts.dtype == np.int32
    assert contexts.reshape(3, 64).tolist() == [list(range(64))] * 3
