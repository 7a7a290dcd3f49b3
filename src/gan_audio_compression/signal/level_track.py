"""The level of a recording over time: a talker's, until another level explains the speech better.

The level is that of speech: one for as long as may be, another where a talker is far louder or
weaker for some time. What is loud for a moment decides nothing here; `signal.level_limit` is for
that.
"""

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.around import around, running_median
from gan_audio_compression.signal.level import (
    SILENCE_DB,
    WINDOW,
    PowerMeter,
    active_level,
    level_code,
)
from gan_audio_compression.signal.spec import HOP

# Loudness is looked at in blocks of 100 ms, each by its loudest window.
_WINDOWS_A_BLOCK = 5
# The loudest moments of syllables lie so far from the active level, in dB; for what lies beyond the
# tolerance a level pays, at most so much a block.
_PEAK_DB, _TOLERANCE_DB, _MOST_DB = 3.0, 6.0, 20.0
_CHANGE_DB = 100.0
# Speech rises above what is between its syllables within 3 s; a noise does not, and counts only
# where nothing is much louder for 10 s, but for a moment.
_FLOOR_BLOCKS, _RISE_DB = 31, 12.0
_MOMENT_BLOCKS, _AROUND_BLOCKS, _WEAK_DB = 9, 201, 15.0
_LEVELS_DB = np.arange(-100.0, 2.0, 2.0)
# A window that is so far above the level is no speech of that level.
_OUTLIER_DB = 15.0


class LevelTrack:
    """Follows the level of samples at 16 kHz that come in blocks of any size."""

    def __init__(self, memory_seconds: float | None = None) -> None:
        """Start with no samples; look at all that came, or at the last `memory_seconds`."""
        self._meter = PowerMeter(memory_seconds)
        self._levels: NDArray[np.float64] | None = None

    def add(self, samples: NDArray[np.float32]) -> None:
        """Take the next samples ([n], n of any size)."""
        self._meter.add(samples)
        self._levels = None

    @property
    def silent(self) -> bool:
        """Whether all that came is silence, or nothing came."""
        return active_level(self._meter.powers) == SILENCE_DB

    def codes(self, start: int, frames: int) -> NDArray[np.int64]:
        """Return the level codes [frames], see `level.level_code`, from frame `start` on.

        All that came so far decides. Frames of 128 samples that did not come yet, and those that
        were forgotten, have the level of the nearest.
        """
        if self._levels is None:
            self._levels = followed_levels(self._meter.powers)
        at = (start + np.arange(frames)) * HOP // WINDOW - self._meter.forgotten
        levels = self._levels[at.clip(0, len(self._levels) - 1)]
        distinct, which = np.unique(levels, return_inverse=True)
        return np.array([level_code(level) for level in distinct])[which]


def followed_levels(powers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the level in dB re full scale at each of some windows of 20 ms.

    Args:
        powers: [windows], at least one; mean squares.
    """
    decibels = 10 * np.log10(np.maximum(powers, 10 ** (SILENCE_DB / 10)))
    rough = np.repeat(_explaining_levels(_blocks(decibels)), _WINDOWS_A_BLOCK)[: len(powers)]
    levels = np.empty(len(powers))
    for stretch in np.split(np.arange(len(powers)), np.flatnonzero(np.diff(rough)) + 1):
        of_speech = decibels[stretch] < rough[stretch] + _OUTLIER_DB
        levels[stretch] = active_level(powers[stretch][of_speech])
    return levels


def _blocks(decibels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the loudest window of each block, [blocks]."""
    missing = -len(decibels) % _WINDOWS_A_BLOCK
    padded = np.pad(decibels, (0, missing), constant_values=SILENCE_DB)
    loudest: NDArray[np.float64] = padded.reshape(-1, _WINDOWS_A_BLOCK).max(axis=1)
    return loudest


def _explaining_levels(loudness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the level at each block [blocks] that explains `loudness` with the fewest changes."""
    costs = _costs(loudness)
    total = np.zeros(len(_LEVELS_DB))
    came_from = np.empty(costs.shape, np.int64)
    stay = np.arange(len(_LEVELS_DB))
    for block, cost in enumerate(costs):
        best = int(total.argmin())
        changed = total[best] + _CHANGE_DB < total
        came_from[block] = np.where(changed, best, stay)
        total = np.minimum(total, total[best] + _CHANGE_DB) + cost
    state = int(total.argmin())
    path = np.empty(len(loudness), np.int64)
    for block in range(len(loudness) - 1, -1, -1):
        path[block] = state
        state = came_from[block, state]
    return _LEVELS_DB[path]


def _costs(loudness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what each level pays in each block, [blocks, levels]."""
    syllables = around(loudness, 3).max(1)
    rises = syllables > around(loudness, _FLOOR_BLOCKS).min(1) + _RISE_DB
    lasting = running_median(loudness, _MOMENT_BLOCKS)
    is_weak = syllables < around(lasting, _AROUND_BLOCKS).max(1) - _WEAK_DB
    counts = rises | ~is_weak
    above = syllables[:, None] - _LEVELS_DB - _PEAK_DB
    over, under = (np.maximum(side - _TOLERANCE_DB, 0.0) for side in (above, -above))
    costs: NDArray[np.float64] = np.minimum(over + under * counts[:, None], _MOST_DB)
    return costs
