"""What several tests share; a fixture imports what it needs, so that others do without."""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gan_audio_compression.codec.segment.model import SegmentModel
    from gan_audio_compression.codec.sequence.float_prior import FloatPrior
    from gan_audio_compression.codec.sequence.model import SequenceModel
    from gan_audio_compression.listening.description import ListeningTest
    from tests.loops import Loop

SENTENCE = "data/01_raw/demo_corpus/TRAIN/DR1/MRMS0/SX3.WAV"

MakeSpeech = Callable[[int, int], NDArray[np.float32]]

RUNS = Path(__file__).parent / "runs"
ONE_RUN = RUNS / "one_run"

# MLflow's reports on users are sent by a thread that changes the environment while others read it.
os.environ["DO_NOT_TRACK"] = "true"

# How long an example takes hangs on what else the machine does.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the whole runs begin: they take longest, and other processes do the rest meanwhile."""
    items.sort(key=lambda item: [folder not in item.path.parents for folder in (ONE_RUN, RUNS)])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep together in one process what shares its fixtures: a file, and all that share a run."""
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    class Scheduling(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return ONE_RUN.name if ONE_RUN.name in Path(file).parts else file

    return Scheduling(config, log)


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Small networks gain nothing from threads, and equal runs must round alike."""
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)


@pytest.fixture(scope="session")
def make_model() -> "Callable[[int], SegmentModel]":
    """Give a codec of random weights for a seed."""
    from tests.codecs import random_model

    return random_model


@pytest.fixture(scope="session")
def segment_model(make_model: "Callable[[int], SegmentModel]") -> "SegmentModel":
    return make_model(0)


@pytest.fixture(scope="session")
def prior() -> "FloatPrior":
    from tests.codecs import random_prior

    return random_prior(0)


@pytest.fixture(scope="session")
def sequence_model() -> "SequenceModel":
    from tests.codecs import random_sequence_model

    return random_sequence_model(0)


@pytest.fixture(scope="session")
def other_sequence_model() -> "SequenceModel":
    from tests.codecs import random_sequence_model

    return random_sequence_model(1)


@pytest.fixture(scope="session")
def make_speech() -> MakeSpeech:
    """Give samples [n] for a length and a seed."""
    return voice


@pytest.fixture(scope="session")
def sentence() -> NDArray[np.float32]:
    """A sentence of the demo corpus, 3.16 s at 16 kHz."""
    import soundfile as sf

    samples, _ = sf.read(Path(__file__).resolve().parents[1] / SENTENCE, dtype="float32")
    return np.asarray(samples, np.float32)


@pytest.fixture(scope="session")
def run_loop() -> "Callable[[Iterable[tuple[Any, ...]]], Loop]":
    """Run a generator node to its end."""
    from tests.loops import collect

    return collect


@pytest.fixture(scope="session")
def listening_test() -> "ListeningTest":
    """A listening test of two sentences, u1 and u2, and one codec."""
    from tests.listening_tests import small_listening_test

    return small_listening_test()


def voice(samples: int, seed: int = 0) -> NDArray[np.float32]:
    """Harmonics of a wandering pitch with the rhythm of syllables, at about -26 dBFS."""
    draw = np.random.default_rng(seed)
    time = np.arange(samples) / 16_000
    pitch = 120 + 40 * np.sin(2 * np.pi * (0.7 * time + draw.random()))
    phase = 2 * np.pi * np.cumsum(pitch) / 16_000
    harmonics = sum(np.sin(k * phase + draw.random()) / k for k in range(1, 30))
    syllables = 0.05 + np.square(np.sin(2 * np.pi * (2.0 * time + draw.random())))
    wave = 0.05 * syllables * (harmonics + 0.1 * draw.standard_normal(samples))
    return np.asarray(wave, dtype=np.float32)
