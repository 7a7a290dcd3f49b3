"""Steady noise: what is taken for it, what its average keeps, and that speech stays."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.steady import PIECE, averaged_where_steady, stretches
from gan_audio_compression.signal.surroundings import coloured_noise

RATE = 16_000


def noise(seconds: float, steepness: float, seed: int = 0) -> Tensor:
    drawn = coloured_noise(round(seconds * RATE), steepness, np.random.default_rng(seed))
    return 0.05 * drawn / drawn.std()


def changes(log_mel: Tensor) -> Tensor:
    """From frame to frame, in nepers."""
    return log_mel.diff(dim=0).abs().mean(1)


@pytest.mark.parametrize("steepness", [0.0, 1.0, 2.0])
def test_noise_of_any_colour_becomes_its_average(steepness: float) -> None:
    log_mel = log_mel_spectrogram(noise(4, steepness))
    averaged = averaged_where_steady(log_mel)
    assert changes(averaged).mean() < 0.1 * changes(log_mel).mean()
    assert (averaged.mean(0) - log_mel.mean(0)).abs().max() < 0.1


def test_speech_stays(make_speech: Any) -> None:
    log_mel = log_mel_spectrogram(torch.from_numpy(make_speech(4 * RATE, 0)))
    moved = (averaged_where_steady(log_mel) - log_mel).abs().mean(1) > 0
    assert moved.float().mean() < 0.1


def test_a_pause_is_averaged_and_what_is_beside_it_is_not(make_speech: Any) -> None:
    speech = torch.from_numpy(make_speech(2 * RATE, 1))
    pause = 0.02 * noise(2, 0.0)
    log_mel = log_mel_spectrogram(torch.cat([speech, pause, speech]))
    averaged = averaged_where_steady(log_mel)
    inside = slice(250 + 40, 500 - 40)
    assert changes(averaged[inside]).mean() < 0.1 * changes(log_mel[inside]).mean()
    assert torch.equal(averaged[:150], log_mel[:150])
    # What is averaged fades in and out.
    assert changes(averaged).max() <= changes(log_mel).max()


def test_each_second_has_one_average_and_short_rests_belong_to_it() -> None:
    averaged = averaged_where_steady(log_mel_spectrogram(noise(3.3, 1.0)))
    steps = changes(averaged).nonzero().flatten() + 1
    assert steps.tolist() == [PIECE, 2 * PIECE]


@pytest.mark.parametrize(
    ("flags", "runs"),
    [([], []), ([0, 0], []), ([1, 1], [(0, 2)]), ([1, 0, 0, 1, 1, 0, 1], [(0, 1), (3, 5), (6, 7)])],
)
def test_stretches_are_runs_of_flags(flags: list[int], runs: list[tuple[int, int]]) -> None:
    assert stretches(torch.tensor(flags, dtype=torch.bool)) == runs


def test_short_noise_such_as_a_fricative_stays() -> None:
    quiet, loud = 0.001 * noise(0.1, 0.0), noise(0.15, 0.0, 1)
    tones = 0.05 * torch.sin(torch.arange(RATE) ** 2 / 4e4)
    log_mel = log_mel_spectrogram(torch.cat([tones, quiet, loud, quiet, tones]))
    assert torch.equal(averaged_where_steady(log_mel), log_mel)


@pytest.mark.parametrize("frames", [1, 2, 48, 49, 50])
def test_any_number_of_frames_goes_through(frames: int) -> None:
    log_mel = torch.full((frames, 128), -3.0)
    assert torch.allclose(averaged_where_steady(log_mel), log_mel)


def test_silence_stays_silence() -> None:
    log_mel = torch.full((100, 128), -10.0)
    assert torch.equal(averaged_where_steady(log_mel), log_mel)
