"""A few seconds' worth of made-up log mels."""

from collections.abc import Callable

import numpy as np
import pytest

from gan_audio_compression.training.speech import TrainingSpeech, Utterances, shards_of


def made_up_log_mel(frames: int, seed: int) -> np.ndarray:
    """Bands that rise and fall: [frames, 128], in nepers in [-10, 0]."""
    rng = np.random.default_rng(seed)
    t, band = np.arange(frames)[:, None] / 40, np.arange(128)[None, :] / 25
    shape = np.sin(t * rng.uniform(0.5, 2) + band) * np.cos(band * rng.uniform(0.5, 2) - t)
    return (4.5 * shape - 5.0).astype(np.float32)


def made_up_utterances(frames: list[int], first_seed: int = 0) -> Utterances:
    """Utterances "u0", "u1", ... of so many frames."""

    def loader(index: int, count: int) -> Callable[[], np.ndarray]:
        return lambda: made_up_log_mel(count, first_seed + index)

    return {f"u{i}": (count, loader(i, count)) for i, count in enumerate(frames)}


@pytest.fixture
def make_utterances() -> Callable[..., Utterances]:
    return made_up_utterances


@pytest.fixture
def speech() -> TrainingSpeech:
    return TrainingSpeech(
        train=shards_of(made_up_utterances([150, 100, 300])),
        validation=made_up_utterances([140], first_seed=10),
        digest="speech",
    )
