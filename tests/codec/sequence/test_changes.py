"""What a window around a change tells of it, against the whole chunk."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.codec.sequence.changes import (
    Changes,
    bits_saved,
    distortion_saved,
)
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.quality import Quality
from gan_audio_compression.signal.loudness import from_loudness

QUALITY = Quality(128)
# The first and the last frame, whose windows are cut off, and one in between.
PLACES = [(0, 0), (20, 3), (39, 1)]


def changes_at(places: list[tuple[int, int]], symbols: NDArray[np.int64]) -> Changes:
    frames, channels = torch.tensor(places).T
    values = torch.from_numpy(symbols[None]).float()
    return Changes(values, frames, channels, values[0, frames, channels] + 3)


def each_alone(changes: Changes) -> Tensor:
    """All latents, [M, N, C], with one change each."""
    moved = changes.values.repeat(len(changes.frames), 1, 1)
    for row, (frame, channel) in enumerate(zip(changes.frames, changes.channels, strict=True)):
        moved[row, frame, channel] += 3
    return moved


def test_a_window_has_its_own_change_alone(symbols: NDArray[np.int64]) -> None:
    changes = changes_at(PLACES, symbols)
    frames = torch.arange(40).expand(len(PLACES), -1)
    assert torch.equal(changes.window(frames), each_alone(changes))
    assert torch.equal(changes.window(frames[:, 15:25]), each_alone(changes)[:, 15:25])


@torch.no_grad()
def test_bits_are_those_of_the_whole(
    sequence_model: SequenceModel, symbols: NDArray[np.int64]
) -> None:
    changes = changes_at(PLACES, symbols)
    networks = sequence_model.tensors
    prior, quality = networks.prior, networks.quality(QUALITY)
    before = prior.code_length(changes.values, quality).sum()
    after = prior.code_length(each_alone(changes), quality.expand(len(PLACES))).sum((1, 2))
    saved = bits_saved(networks, QUALITY, changes)
    torch.testing.assert_close(saved, before - after, atol=0.1, rtol=0.02)


@pytest.mark.parametrize("places", [PLACES, [(frame, frame % 4) for frame in range(40)]])
@torch.no_grad()
def test_distortion_is_nearly_that_of_the_whole(
    sequence_model: SequenceModel, symbols: NDArray[np.int64], places: list[tuple[int, int]]
) -> None:
    """Of each change alone, also where every latent frame has one."""
    changes = changes_at(places, symbols)
    log_mel = torch.full((158, 128), -5.0)

    def distance(loudness: Tensor, wanted: Tensor, mask: Tensor) -> Tensor:
        error = (from_loudness(loudness) - wanted).square().mean(-1)
        return (error * mask).sum(1) / mask.sum(1)

    def lost(latents: Tensor) -> Tensor:
        loudness = sequence_model.tensors.generate(latents, QUALITY)[:, :158]
        return distance(loudness, log_mel, torch.ones(len(loudness), 158))

    saved = distortion_saved(sequence_model.tensors, distance, log_mel, QUALITY, changes)
    whole = lost(changes.values) - lost(each_alone(changes))
    assert float(whole.abs().min()) > 0
    torch.testing.assert_close(saved, whole, atol=0.1 * float(whole.abs().max()), rtol=0.1)
