"""How the symbols of an utterance lie in a file: by latent column, channel and row.

A latent column covers 16 frames (0.128 s). Only columns that touch the utterance are sent: the
receiver fills the rest of the last segment with the model's own symbols of silence.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.signal.spec import SEGMENT_FRAMES

COLUMN_FRAMES = 16
SEGMENT_COLUMNS = SEGMENT_FRAMES // COLUMN_FRAMES
ROWS = 8


def column_count(frames: int) -> int:
    """Return the number of latent columns that hold `frames` frames."""
    return -(-frames // COLUMN_FRAMES)


def sent_columns(frames: int) -> Tensor:
    """Return [segments, 1, 1, 8], true where a column touches the utterance."""
    columns = column_count(frames)
    segments = -(-columns // SEGMENT_COLUMNS)
    sent = torch.arange(segments * SEGMENT_COLUMNS) < columns
    return sent.reshape(segments, 1, 1, SEGMENT_COLUMNS)


def to_columns(symbols: Tensor, frames: int) -> NDArray[np.int32]:
    """Return the sent symbols [columns, channels * 8 rows] of `symbols` [segments, C, 8, 8]."""
    by_column = symbols.permute(0, 3, 1, 2).flatten(2).flatten(0, 1)
    return by_column[: column_count(frames)].to(torch.int32).numpy()


def from_columns(columns: NDArray[np.int32], padding: Tensor) -> Tensor:
    """Undo `to_columns`: [columns, channels * 8] to [segments, C, 8, 8].

    `padding` [C, 8 rows] fills the columns that were not sent.
    """
    sent = torch.from_numpy(columns.astype(np.int64)).reshape(-1, *padding.shape)
    missing = -len(sent) % SEGMENT_COLUMNS
    filled = torch.cat([sent, padding.expand(missing, *padding.shape)])
    return filled.reshape(-1, SEGMENT_COLUMNS, *padding.shape).permute(0, 2, 3, 1)


def column_contexts(columns: int, positions: int) -> NDArray[np.int32]:
    """Return the table of each symbol, flat: one table for each of a column's `positions`."""
    return np.tile(np.arange(positions, dtype=np.int32), columns)
