"""The most likely sequence of phones, by the Viterbi algorithm."""

import numpy as np
from numpy.typing import NDArray


def best_phones(scores: NDArray[np.float32], transitions: NDArray[np.float32]) -> list[int]:
    """Return the phones on the best path through left-to-right models, in order of time.

    A path stays in a state, goes on to the next, may leave one out, or goes from the last state
    of a phone to the first of another; it starts in a first state. So a phone takes two frames of
    10 ms at least.

    Args:
        scores: log likelihood [frames, phones, states] of each frame in each state.
        transitions: log weight [phones, phones] of going from the first to the second.
    """
    frames, phones, states = scores.shape
    moves = np.zeros((frames, phones, states), np.int8)
    origins = np.zeros((frames, phones), np.int16)
    arrivals = np.full((3, phones, states), -np.inf, np.float32)
    best = np.full((phones, states), -np.inf, np.float32)
    best[:, 0] = scores[0, :, 0]
    for frame in range(1, frames):
        leaving = best[:, -1:] + transitions
        origins[frame] = leaving.argmax(0)
        arrivals[0] = best
        arrivals[1, :, 0] = leaving.max(0)
        arrivals[1, :, 1:] = best[:, :-1]
        arrivals[2, :, 2:] = best[:, :-2]
        moves[frame] = arrivals.argmax(0)
        best = arrivals.max(0) + scores[frame]
    return _traced_back(best, moves, origins)


def _traced_back(
    best: NDArray[np.float32], moves: NDArray[np.int8], origins: NDArray[np.int16]
) -> list[int]:
    states = best.shape[1]
    phone, state = divmod(int(best.argmax()), states)
    path = [phone]
    for frame in range(len(moves) - 1, 0, -1):
        move = int(moves[frame, phone, state])
        if move and state == 0:
            phone, state = int(origins[frame, phone]), states - 1
            path.append(phone)
        else:
            state -= move
    return path[::-1]
