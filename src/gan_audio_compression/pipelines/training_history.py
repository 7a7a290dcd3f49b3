"""What a training tells of itself, as a table."""

import pandas as pd

from gan_audio_compression.training.checkpoint import History


def by_epoch(history: History) -> pd.DataFrame:
    """Return a row for each epoch."""
    return pd.DataFrame(history).assign(epoch=range(1, len(history) + 1))
