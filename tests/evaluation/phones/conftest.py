"""Speech of a made-up language: five phones of distinct spectra in any order."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.corpus.phones import PhoneSegment
from gan_audio_compression.evaluation.phones.labelled_speech import LabelledSpeech
from gan_audio_compression.evaluation.phones.recogniser import PhoneRecogniser
from gan_audio_compression.evaluation.phones.training import RecogniserConfig, train_recogniser

RATE = 16_000
FORMANTS = {"aa": (700, 1100), "iy": (300, 2300), "uw": (320, 800)}

Say = Callable[[str, int], LabelledSpeech]


def _sound(phone: str, samples: int, generator: np.random.Generator) -> NDArray[np.float64]:
    noise = generator.standard_normal(samples)
    if phone == "s":
        return 0.1 * np.diff(noise, prepend=0.0)
    time = np.arange(samples) / RATE
    sound = 1e-3 * noise
    for frequency in FORMANTS.get(phone, ()):
        sound += 0.1 * np.sin(2 * np.pi * frequency * time)
    return sound


def _say(phones: str, seed: int) -> LabelledSpeech:
    generator = np.random.default_rng(seed)
    waves, segments, start = [], [], 0
    for phone in phones.split():
        length = int(generator.integers(1000, 2400))
        waves.append(_sound(phone, length, generator))
        segments.append(PhoneSegment(start, start + length, phone))
        start += length
    return LabelledSpeech(np.concatenate(waves).astype(np.float32), segments)


@pytest.fixture(scope="session")
def say() -> Say:
    """Says the phones, TIMIT's labels with blanks between, each 60 to 150 ms long."""
    return _say


@pytest.fixture(scope="session")
def lessons(say: Say) -> list[LabelledSpeech]:
    generator = np.random.default_rng(0)
    return [
        say(" ".join(["h#", *generator.choice(["aa", "iy", "uw", "s", "q"], 8), "h#"]), seed)
        for seed in range(16)
    ]


@pytest.fixture(scope="session")
def recogniser(lessons: list[LabelledSpeech]) -> PhoneRecogniser:
    return train_recogniser(lessons, RecogniserConfig(steps=60))
