"""The objective F of the segment codec: how far what the generator makes is from the signal."""

from collections.abc import Callable, Mapping

from torch import Tensor

from gan_audio_compression.codec.search.config import ObjectiveName
from gan_audio_compression.signal.distortion import distortion
from gan_audio_compression.signal.distortion_weights import DistortionWeights
from gan_audio_compression.signal.loudness import SPREAD, to_loudness
from gan_audio_compression.signal.segments import from_unit_range

Objective = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Takes the generator's images and the signal's, [S, 1, H, W] in [-1, 1], and the mask
[S, 1, 1, W] of real frames; gives a value a segment, [S]."""

# The gradient is about as large as that of the mean square: a search's steps and mu suit both.
_SCALE = 0.04
# No speech is louder, and e to the power of what a search tries may be infinite.
_LOUDEST = 4.0


def mean_square(decoded: Tensor, reference: Tensor, mask: Tensor) -> Tensor:
    """Return the mean square difference [S] of images where `mask` is one: the paper's F."""
    return _masked_mean((decoded - reference).square(), mask)


def perceptual(decoded: Tensor, reference: Tensor, mask: Tensor) -> Tensor:
    """Return what `heard_distortion` returns, scaled, [S]."""
    return _SCALE * heard_distortion(decoded, reference, mask.flatten(1))


def heard_distortion(decoded: Tensor, reference: Tensor, counted: Tensor | None = None) -> Tensor:
    """Return the distortion [S] of images [S, 1, 128, W]: what training minimises too.

    Args:
        decoded: as the generator gives them.
        reference: of the signal.
        counted: [S, W], one where a frame counts; None if all do.
    """
    loudness = to_loudness(_log_mel(decoded).clamp_max(_LOUDEST))
    weights = DistortionWeights()
    return distortion(_log_mel(reference), loudness, SPREAD, weights, counted).total


def _log_mel(images: Tensor) -> Tensor:
    return from_unit_range(images.squeeze(1).transpose(1, 2))


def _masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    return (values * mask).sum((1, 2, 3)) / (mask.sum((1, 2, 3)) * values.shape[2])


OBJECTIVES: Mapping[ObjectiveName | None, Objective] = {
    None: perceptual,
    "mse": mean_square,
    "perceptual": perceptual,
}
"""Each by its name, and the codec's own."""
