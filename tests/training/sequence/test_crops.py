"""Crops of log mels: where they lie, and how a short one is filled."""

import numpy as np
import torch

from gan_audio_compression.training.sequence.crops import crop_sampler
from gan_audio_compression.training.speech import shards_of


def test_a_crop_lies_within_its_utterance_and_a_short_one_goes_on() -> None:
    long = np.arange(100, dtype=np.float32)[:, None].repeat(128, 1)
    short = np.arange(3, dtype=np.float32)[:, None].repeat(128, 1)
    crops = crop_sampler(shards_of({"a": (100, lambda: long)}), 10, 50, 0).batch(0)
    starts = crops[:, 0, 0]
    assert torch.equal(crops[:, :, 5], starts[:, None] + torch.arange(10))
    assert starts.min() >= 0 and starts.max() <= 90
    assert len(starts.unique()) > 20
    filled = crop_sampler(shards_of({"a": (3, lambda: short)}), 6, 1, 0).batch(0)
    assert filled[0, :, 0].tolist() == [0, 1, 2, 2, 2, 2]
