"""Held latents: where the sound does not change they do not either, and cost next to nothing.

A log mel does not change at all in digital silence, and in steady noise whose average is sent
(`signal.steady`). There one latent frame stands for all, which the prior codes as one
(`entropy.integer_prior`).
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.networks.sequence.config import LATENT_FRAMES
from gan_audio_compression.signal.around import stretches

# Latent frames beside a change that are not held: what they say of it is heard.
_BESIDE = 4


def held_pieces(log_mel: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Return start and end, in latent frames, of what one latent frame may stand for.

    Args:
        log_mel: [T, 128] of a chunk, in nepers.
    """
    changes = np.zeros(-(-len(log_mel) // LATENT_FRAMES) * LATENT_FRAMES, np.bool_)
    changes[1 : len(log_mel)] = (log_mel[1:] != log_mel[:-1]).any(-1)
    first_frames, *within = changes.reshape(-1, LATENT_FRAMES).T
    pieces = []
    for start, end in stretches(~np.any(within, axis=0)):
        first = start + _BESIDE if start else 0
        last = end - _BESIDE if end < len(first_frames) else end
        edges = [at for at in range(first + 1, last) if first_frames[at]]
        pieces += [piece for piece in pairwise([first, *edges, last]) if piece[0] + 1 < piece[1]]
    return pieces


def held(latents: NDArray[np.float32], pieces: list[tuple[int, int]]) -> NDArray[np.float32]:
    """Return `latents` [N, C] with the lower median of each piece in all of its frames."""
    result = latents.copy()
    for start, end in pieces:
        result[start:end] = np.sort(latents[start:end], axis=0)[(end - start - 1) // 2]
    return result
