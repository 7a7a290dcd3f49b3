"""The scale between logarithm and loudness on which errors of a log mel are weighed."""

import math

from gan_audio_compression.signal.arrays import Array, array_namespace, at_least
from gan_audio_compression.signal.spec import FLOOR

# On the logarithm an error in a pause counts as much as one in a vowel. Loudness grows with the
# amplitude to the power 0.46 (0.23 of the intensity: Zwicker and Fastl, 1999); of 0.1 to 0.3 and
# the logarithm, 0.25 gave the best PESQ at one rate of a codec without a network.
EXPONENT = 0.25

SPREAD = 0.117
"""Standard deviation of the loudness of speech at the project's level, over all bands."""

_LOWEST = math.exp(EXPONENT * FLOOR)


def to_loudness(log_mel: Array) -> Array:
    """Return exp(m / 4) of nepers: 0.08 at the floor, about 1 where speech is loudest."""
    loudness: Array = array_namespace(log_mel).exp(EXPONENT * log_mel)
    return loudness


def loudness_of_mel(mel: Array) -> Array:
    """Return `to_loudness(log(mel))` by square roots, which take less time."""
    space = array_namespace(mel)
    loudness: Array = space.sqrt(space.sqrt(mel))
    return loudness


def from_loudness(loudness: Array) -> Array:
    """Undo `to_loudness`; what lies below the floor, negative numbers too, becomes the floor."""
    log_mel: Array = array_namespace(loudness).log(at_least(loudness, _LOWEST)) / EXPONENT
    return log_mel
