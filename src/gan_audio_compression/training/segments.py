"""Training segments: random crops of log mel spectrograms, drawn anew at each step."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.signal.segments import split_segments, to_unit_range
from gan_audio_compression.signal.spec import FLOOR, MEL_BANDS, SEGMENT_FRAMES
from gan_audio_compression.training.ahead import loaded_ahead

LoadLogMel = Callable[[], NDArray[np.float32]]
"""Gives one utterance's log mel [frames, 128]."""


class TrainingDataError(GanAudioCompressionError):
    """There is nothing to train on."""


class SegmentSampler:
    """Draws batches of crops; a step's batch depends on the seed and the step alone.

    An utterance is drawn as often as it is long, and a crop starts anywhere in it. It may reach
    past the end as far as the last segment does, so that the networks know such segments too.

    Args:
        utterances: for each utterance its number of frames and what loads its log mel; nothing
            is kept, so memory does not grow with their number.
        batch: crops in a batch.
        seed: of all draws.
    """

    def __init__(
        self, utterances: Mapping[str, tuple[int, LoadLogMel]], batch: int, seed: int
    ) -> None:
        if not utterances:
            raise TrainingDataError(
                "The training split has no utterance; give a corpus with training speech."
            )
        names = sorted(utterances)
        self._loaders = [utterances[name][1] for name in names]
        frames = np.array([utterances[name][0] for name in names])
        self.segments = int(np.ceil(frames / SEGMENT_FRAMES).sum())
        self._shares = frames / frames.sum()
        self._batch = batch
        self._seed = seed

    def batch(self, step: int) -> Tensor:
        """Return step `step`'s images [B, 1, 128 bands, 128 frames] in [-1, 1]."""
        rng = np.random.default_rng((self._seed, step))
        chosen = rng.choice(len(self._loaders), self._batch, p=self._shares)
        return torch.stack([self._crop(self._loaders[i](), rng) for i in chosen])

    def batches(self, first: int, last: int) -> Iterator[Tensor]:
        """Return the batches of steps `first` to `last - 1`, each loaded one step ahead."""
        return loaded_ahead(self.batch, first, last)

    @staticmethod
    def _crop(log_mel: NDArray[np.float32], rng: np.random.Generator) -> Tensor:
        reach = -(-len(log_mel) // SEGMENT_FRAMES) * SEGMENT_FRAMES
        start = int(rng.integers(reach - SEGMENT_FRAMES + 1))
        crop = np.full((SEGMENT_FRAMES, MEL_BANDS), FLOOR, dtype=np.float32)
        inside = log_mel[start : start + SEGMENT_FRAMES]
        crop[: len(inside)] = inside
        return to_unit_range(torch.from_numpy(crop).T.unsqueeze(0))


def fixed_segments(
    utterances: Mapping[str, tuple[int, LoadLogMel]], count: int, seed: int
) -> Tensor:
    """Return `count` segments (or all, if fewer) [S, 1, 128, 128] of a random choice of utterances.

    They stay the same from epoch to epoch, to measure progress on.

    Raises:
        TrainingDataError: no utterances.
    """
    if not utterances:
        raise TrainingDataError(
            "The validation split has no utterance; raise the share of validation speech."
        )
    order = np.random.default_rng(seed).permutation(sorted(utterances))
    images: list[Tensor] = []
    for name in order:
        images.extend(split_segments(torch.from_numpy(utterances[name][1]())))
        if len(images) >= count:
            break
    return torch.stack(images[:count])
