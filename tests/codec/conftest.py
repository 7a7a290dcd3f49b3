"""What tests of the codecs share: a codec that hums whatever it is sent, searches, log mels."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest
import torch
from torch import Tensor, nn

from gan_audio_compression.codec import receiver
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.loudness_match import Descent
from gan_audio_compression.signal.segments import to_unit_range
from gan_audio_compression.signal.spec import SAMPLE_RATE, SPEECH_LEVEL_DB
from gan_audio_compression.signal.synthesis import Synthesiser

HUM_HZ = 440.0

MakeLogMel = Callable[[int, int], Tensor]
CONFIGS = {
    "encoder_only": SearchConfig("encoder_only"),
    "back_propagation": SearchConfig("back_propagation", iterations=6, step=20.0),
    "admm": SearchConfig("admm", iterations=10, step=0.05, mu=1e-4, mu_growth=1.3, inner_steps=2),
    "annealing": SearchConfig("annealing", iterations=16, step=0.05),
    "refinement": SearchConfig("refinement", iterations=8),
}


class Hum(nn.Module):
    """A generator of one steady tone at the project's speech level."""

    bands: Tensor

    def __init__(self) -> None:
        super().__init__()
        phase = 2 * math.pi * HUM_HZ / SAMPLE_RATE * torch.arange(SAMPLE_RATE)
        tone = math.sqrt(2) * 10 ** (SPEECH_LEVEL_DB / 20) * torch.sin(phase)
        self.register_buffer("bands", to_unit_range(log_mel_spectrogram(tone)[60]))

    def forward(self, latents: Tensor) -> Tensor:
        return self.bands.reshape(1, 1, 128, 1).expand(len(latents), 1, 128, 128)


@pytest.fixture(scope="module")
def rough_phase() -> Iterator[None]:
    """Let the receiver iterate a few times, where how it sounds is not what is tested."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(receiver, "Synthesiser", partial(Synthesiser, iterations=4))
        patch.setattr(SequenceModel, "descent", Descent(steps=2))
        yield


@pytest.fixture
def full_phase(rough_phase: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the receiver iterate as it does for a listener, in a file of tests where it does not."""
    monkeypatch.setattr(receiver, "Synthesiser", Synthesiser)
    monkeypatch.setattr(SequenceModel, "descent", Descent())


@pytest.fixture(scope="session")
def hum_model(segment_model: SegmentModel) -> SegmentModel:
    """Give a codec whose every output is the same tone, so that joins and levels can be heard."""
    return replace(segment_model, generator=Hum())


@pytest.fixture(scope="session")
def configs() -> dict[str, SearchConfig]:
    """A short search of each strategy that finds something with the codec of random weights."""
    return CONFIGS


@pytest.fixture(params=CONFIGS)
def config(request: pytest.FixtureRequest) -> SearchConfig:
    """Each of them in turn."""
    return CONFIGS[request.param]


@pytest.fixture(scope="session")
def make_log_mel() -> MakeLogMel:
    """Give a log mel [frames, 128] for a number of frames and a seed."""
    return noise


@pytest.fixture(scope="session")
def log_mel() -> Tensor:
    """One whole segment, and 40 frames that need 10 of the 32 columns of the next."""
    return noise(128 + 40, 1)


def noise(frames: int, seed: int) -> Tensor:
    draw = torch.Generator().manual_seed(seed)
    envelope = torch.rand(frames, 1, generator=draw)
    return -10.0 * envelope * torch.rand(frames, 128, generator=draw)
