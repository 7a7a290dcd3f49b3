"""Windows: the part of the speech that some steps of a training learn from."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.training.speech import Shard

# Crops of 1.5 s make a window of 51 minutes, 200 MB of log mels.
CROPS = 2048


class Window:
    """Some shards, whose utterances are drawn as often as they are long.

    Args:
        shards: by their numbers.
    """

    def __init__(self, shards: Mapping[int, Shard]) -> None:
        self.shards = shards
        self._names = [(number, name) for number, of in shards.items() for name in of.frames]
        frames = [count for of in shards.values() for count in of.frames.values()]
        self._ends = np.cumsum(frames) / sum(frames)

    def draw(self, rng: np.random.Generator) -> tuple[int, str]:
        """Draw an utterance; return the number of its shard, and its name."""
        return self._names[np.searchsorted(self._ends, rng.random(), side="right")]


class Windows:
    """Divides a training into windows; which shards one has depends on the seed and its number.

    A window has as much speech as its crops take. The shards come in a random order, each once
    before any comes again.

    Args:
        shards: of the speech, with one utterance or more each.
        frames: of a crop.
        batch: crops of a step.
        seed: of the order.
    """

    def __init__(self, shards: Sequence[Shard], frames: int, batch: int, seed: int) -> None:
        self._shards = sorted(shards, key=lambda shard: min(shard.frames))
        self._seed = seed
        self._steps = max(1, CROPS // batch)
        mean = sum(sum(shard.frames.values()) for shard in shards) / len(shards)
        taken = round(self._steps * batch * frames / mean)
        self._taken = min(max(1, taken), len(shards))
        self._order = lru_cache(maxsize=2)(self._order_of_pass)

    def of_step(self, step: int) -> Window:
        """Return the window that a step learns from."""
        first = step // self._steps * self._taken
        count = len(self._shards)
        numbers = {self._order(i // count)[i % count] for i in range(first, first + self._taken)}
        return Window({number: self._shards[number] for number in sorted(numbers)})

    def spans(self, first: int, last: int) -> Iterator[tuple[Window, range]]:
        """Yield each window that steps `first` to `last - 1` learn from, with its steps."""
        while first < last:
            end = min(last, (first // self._steps + 1) * self._steps)
            yield self.of_step(first), range(first, end)
            first = end

    def _order_of_pass(self, number: int) -> NDArray[np.int64]:
        return np.random.default_rng((self._seed, number)).permutation(len(self._shards))
