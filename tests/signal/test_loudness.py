"""The scale between logarithm and loudness."""

import pytest
import torch

from gan_audio_compression.signal.loudness import from_loudness, loudness_of_mel, to_loudness


def test_it_is_undone() -> None:
    nepers = torch.linspace(-10, 1, 50, dtype=torch.float64)
    torch.testing.assert_close(from_loudness(to_loudness(nepers)), nepers)


def test_that_of_a_mel_is_that_of_its_logarithm() -> None:
    mel = torch.logspace(-5, 1, 50, dtype=torch.float64)
    torch.testing.assert_close(loudness_of_mel(mel), to_loudness(mel.log()))


def test_what_is_below_the_floor_becomes_the_floor() -> None:
    below = torch.tensor([-3.0, 0.0, 0.01])
    torch.testing.assert_close(from_loudness(below), torch.full((3,), -10.0))


def test_an_error_weighs_less_in_a_pause_than_in_a_vowel() -> None:
    pause, vowel = (to_loudness(torch.tensor([m, m + 0.5])).diff().item() for m in (-9.0, -1.0))
    assert vowel == pytest.approx(pause * torch.exp(torch.tensor(2.0)).item(), rel=1e-4)
