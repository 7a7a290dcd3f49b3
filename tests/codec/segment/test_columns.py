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

PADDING = torch.arange(6) + 1000


def symbols_of(frames: int, columns: int) -> torch.Tensor:
    segments = -(-frames // 128)
    draw = torch.Generator().manual_seed(frames)
    return torch.randint(0, 16, (segments, len(PADDING), columns), generator=draw)


@pytest.mark.parametrize("columns", [8, 32])
@pytest.mark.parametrize("frames", range(1, 301))
def test_columns_come_back_and_the_rest_is_padding(frames: int, columns: int) -> None:
    symbols = symbols_of(frames, columns)
    of_file = to_columns(symbols, frames)
    assert of_file.shape == (-(-frames // (128 // columns)), len(PADDING))
    assert of_file.dtype == np.int32
    back = from_columns(of_file, PADDING, columns)
    sent = sent_columns(frames, columns).expand_as(symbols)
    assert torch.equal(back[sent], symbols[sent])
    silence = PADDING[:, None].expand_as(symbols)
    assert torch.equal(back[~sent], silence[~sent])


def test_order_is_column_position() -> None:
    symbols = torch.arange(2 * 512).reshape(2, 64, 8)
    columns = to_columns(symbols, 256)
    assert columns[3, 46] == symbols[0, 46, 3]
    assert columns[8 + 2, 57] == symbols[1, 57, 2]


@pytest.mark.parametrize(
    ("frames", "columns", "sent"),
    [
        (1, 8, 1),
        (16, 8, 1),
        (17, 8, 2),
        (128, 8, 8),
        (129, 8, 9),
        (256, 8, 16),
        (4, 32, 1),
        (5, 32, 2),
        (128, 32, 32),
        (129, 32, 33),
    ],
)
def test_a_column_is_sent_if_it_touches_the_utterance(frames: int, columns: int, sent: int) -> None:
    assert column_count(frames, columns) == sent
    touched = sent_columns(frames, columns)
    assert touched.shape == (-(-frames // 128), 1, columns)
    assert touched.flatten().tolist() == [i < sent for i in range(touched.numel())]


def test_each_position_of_a_column_has_its_table() -> None:
    contexts = column_contexts(3, 64)
    assert contexts.dtype == np.int32
    assert contexts.reshape(3, 64).tolist() == [list(range(64))] * 3
