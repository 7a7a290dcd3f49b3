"""Where nobody speaks: stretches that are as faint and as even as the noise of the line."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.spec import FLOOR, HOP, MEL_BANDS, SAMPLE_RATE

_FRAMES_A_SECOND = SAMPLE_RATE / HOP
# The faintest packet of the last seconds is noise, if so many seconds are known.
_MEMORY_SECONDS, _KNOWN_SECONDS = 5.0, 2.0
# Of noise no packet is so much louder than another, and no word lasts so long so evenly.
_RANGE_DB, _EVEN_SECONDS = 5.0, 0.32
# The noise is the mean over about so long.
_SMOOTH_SECONDS = 0.4

LogMel = NDArray[np.floating]


class Pauses:
    """Finds the packets that need no speech.

    Args:
        frames: of the log mel in a packet.

    Attributes:
        noise: log mel [128] in nepers of the noise of the last even packets.
    """

    def __init__(self, frames: int) -> None:
        self._seconds = frames / _FRAMES_A_SECOND
        self._powers = np.zeros(0)
        self._even = 0
        self._power = np.zeros(MEL_BANDS)

    def feed(self, log_mel: LogMel) -> bool:
        """Return whether a packet is a pause, of its log mel [frames, 128] in nepers."""
        power = np.exp(2 * log_mel.astype(np.float64)).mean(0)
        total = 10 * np.log10(power.sum())
        self._powers = np.append(self._powers, total)[-round(_MEMORY_SECONDS / self._seconds) :]
        known = len(self._powers) * self._seconds >= _KNOWN_SECONDS
        silent = bool((log_mel <= FLOOR).all())
        even = silent or (known and total < self._powers.min() + _RANGE_DB)
        share = min(self._seconds / _SMOOTH_SECONDS, 1.0) if self._even else 1.0
        self._even = self._even + 1 if even else 0
        if even:
            self._power = self._power + share * (power - self._power)
        return silent or self._even * self._seconds > _EVEN_SECONDS

    @property
    def noise(self) -> NDArray[np.float64]:
        """See the class."""
        noise: NDArray[np.float64] = np.log(self._power) / 2
        return noise

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Return all that is held of what came."""
        return {"powers": self._powers, "even": np.array(self._even), "power": self._power}

    def restore(self, snapshot: Mapping[str, NDArray[Any]]) -> None:
        """Undo `snapshot`."""
        self._powers, self._power = snapshot["powers"], snapshot["power"]
        self._even = int(snapshot["even"])
