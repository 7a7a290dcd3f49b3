"""How the symbols of an utterance lie in a file: by latent column and position.

A latent column covers a few frames of its segment. Only columns that touch the utterance are sent:
the receiver fills the rest of the last segment with the model's own symbols of silence.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.signal.spec import SEGMENT_FRAMES


def column_count(frames: int, columns: int) -> int:
    """Return the latent columns that hold `frames` frames where a segment has `columns`."""
    return -(-frames * columns // SEGMENT_FRAMES)


def sent_columns(frames: int, columns: int) -> Tensor:
    """Return [segments, 1, columns], true where a column touches the utterance."""
    sent = column_count(frames, columns)
    segments = -(-sent // columns)
    return (torch.arange(segments * columns) < sent).reshape(segments, 1, columns)


def to_columns(symbols: Tensor, frames: int) -> NDArray[np.int32]:
    """Return what is sent, [sent columns, positions], of symbols [S, positions, columns]."""
    sent = column_count(frames, symbols.shape[-1])
    return symbols.transpose(1, 2).flatten(0, 1)[:sent].to(torch.int32).numpy()


def from_columns(sent: NDArray[np.int32], padding: Tensor, columns: int) -> Tensor:
    """Undo `to_columns`; `padding` [positions] fills the columns that were not sent."""
    missing = -len(sent) % columns
    filled = torch.cat([torch.from_numpy(sent.astype(np.int64)), padding.expand(missing, -1)])
    symbols: Tensor = filled.unflatten(0, (-1, columns)).transpose(1, 2)
    return symbols


def column_contexts(columns: int, positions: int) -> NDArray[np.int32]:
    """Return the table of each symbol, flat: one table for each of a column's `positions`."""
    return np.tile(np.arange(positions, dtype=np.int32), columns)
