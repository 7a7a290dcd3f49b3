"""Fits a transform codec to training speech, in three passes over its log mels."""

from collections.abc import Collection, Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.bench.transform import lapped
from gan_audio_compression.bench.transform.contexts import (
    STEPS_PER_OCTAVE,
    TABLES,
    classes_at,
)
from gan_audio_compression.bench.transform.model import (
    STEPS,
    TransformModel,
    scaled_loudness,
    step_size,
)
from gan_audio_compression.bench.transform.quantiser import quantise
from gan_audio_compression.bench.transform.symbols import LEVELS, component_contexts
from gan_audio_compression.entropy.tables import LevelTables
from gan_audio_compression.signal.spec import MEL_BANDS

# Symbols are counted at each half octave, over about this many frames (a quarter of an hour).
_COUNTED_STEPS = range(STEPS_PER_OCTAVE, STEPS, STEPS_PER_OCTAVE // 2)
_COUNTED_FRAMES = 120_000
# No coefficient varies less: speech spans 64 on the scale of loudness.
_SMALLEST_SPREAD = 1e-3

LogMels = Collection[NDArray[np.float32]]


def fit_transform(log_mels: LogMels) -> TransformModel:
    """Return the codec for speech such as this; equal speech gives equal codecs.

    Args:
        log_mels: [frames, 128] each, in nepers, at the project's speech level, of one utterance.
            They are gone through three times, one at a time, so they may be loaded on the way.

    Raises:
        ValueError: there are no frames at all.
    """
    mean, basis, frames = _karhunen_loeve(log_mels)
    spread = _spread(log_mels, mean, basis)
    untrained = TransformModel(mean, basis, spread, _uniform())
    every = max(1, frames // _COUNTED_FRAMES)
    seen = sum(_histograms(untrained, islice(log_mels, 0, None, every)), _nothing_seen())
    return TransformModel(mean, basis, spread, LevelTables.from_histogram(seen))


def _karhunen_loeve(log_mels: LogMels) -> tuple[NDArray[np.float32], NDArray[np.float32], int]:
    """Return the mean [128], the eigenvectors [128, 128] of the covariance, and the frames."""
    frames, total, products = 0, np.zeros(MEL_BANDS), np.zeros((MEL_BANDS, MEL_BANDS))
    for log_mel in log_mels:
        loudness = scaled_loudness(log_mel)
        frames += len(loudness)
        total += loudness.sum(axis=0)
        products += loudness.T @ loudness
    if not frames:
        raise ValueError("a transform codec cannot be fitted to no speech; give some log mels.")
    mean = total / frames
    _, vectors = np.linalg.eigh(products / frames - np.outer(mean, mean))
    basis = vectors[:, ::-1]
    # An eigenvector has no sign of its own.
    largest = np.take_along_axis(basis, np.abs(basis).argmax(axis=0)[None], axis=0)
    return mean.astype(np.float32), (basis * np.sign(largest)).astype(np.float32), frames


def _spread(
    log_mels: LogMels, mean: NDArray[np.float32], basis: NDArray[np.float32]
) -> NDArray[np.int16]:
    """Return the codes [16, 128] of the coefficients' root mean squares."""
    blocks, energy = 0, np.zeros((lapped.BLOCK, MEL_BANDS))
    for log_mel in filter(len, log_mels):
        coefficients = lapped.forward((scaled_loudness(log_mel) - mean) @ basis.astype(np.float64))
        blocks += len(coefficients)
        energy += np.square(coefficients).sum(axis=0)
    deviations = np.maximum(np.sqrt(energy / blocks), _SMALLEST_SPREAD)
    codes: NDArray[np.int16] = np.rint(STEPS_PER_OCTAVE * np.log2(deviations)).astype(np.int16)
    return codes


def _histograms(
    model: TransformModel, log_mels: Iterator[NDArray[np.float32]]
) -> Iterator[NDArray[np.int64]]:
    """Yield how often each level was seen in each context, for each log mel and step."""
    for log_mel in filter(len, log_mels):
        coefficients = model.coefficients(log_mel)
        for index in _COUNTED_STEPS:
            classes = classes_at(model.spread, index)
            symbols = quantise(coefficients, step_size(index), classes)
            cells = [c * LEVELS + s for s, c in component_contexts(symbols, classes)]
            if cells:
                seen = np.bincount(np.concatenate(cells), minlength=TABLES * LEVELS)
                yield seen.reshape(TABLES, LEVELS)


def _nothing_seen() -> NDArray[np.int64]:
    return np.zeros((TABLES, LEVELS), np.int64)


def _uniform() -> LevelTables:
    return LevelTables.from_histogram(_nothing_seen())
