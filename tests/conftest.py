"""What several tests share: small codecs of random weights, a voice, a browser, a loop's end."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, sync_playwright

from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.quantiser import Quantiser, fit_levels
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.prior import RecurrentPrior, freeze_prior
from gan_audio_compression.entropy.tables import LevelTables
from gan_audio_compression.listening.description import (
    Condition,
    ListeningTest,
    Stimulus,
    Trial,
)
from gan_audio_compression.networks.config import NetworkConfig
from gan_audio_compression.networks.encoder import Encoder
from gan_audio_compression.networks.generator import Generator
from gan_audio_compression.networks.initialisation import initialise
from gan_audio_compression.networks.sequence import SequenceEncoder, SequenceGenerator
from gan_audio_compression.networks.sequence_config import SequenceConfig

LEVELS = 8
NETWORKS = NetworkConfig(
    width=16,
    residual_blocks=1,
    norm="none",
    discriminator_width=4,
    discriminator_scales=1,
    discriminator_layers=1,
)
SEQUENCE_NETWORKS = SequenceConfig(
    width=16, encoder_blocks=1, generator_blocks=1, latent_channels=4, prior_width=8
)

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_OPTIONS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    "--autoplay-policy=no-user-gesture-required",
]

# The least contrast (WCAG 2.2) of an element in sight with text of its own, and that text.
LEAST_CONTRAST = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return channels(colour)[3] === 0 ? behind(element.parentElement) : colour;
  };
  const hasText = (element) => element.offsetParent !== null &&
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const elements = [...document.body.querySelectorAll("*:not(script)")];
  return elements.filter(hasText).map((element) => {
    const pair = [getComputedStyle(element).color, behind(element)].map(luminance);
    return [(Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05), element.textContent];
  }).reduce((least, one) => (one[0] < least[0] ? one : least));
}"""

MakeModel = Callable[[int], CodecModel]
MakeSpeech = Callable[[int, int], NDArray[np.float32]]


@dataclass(frozen=True)
class Loop:
    """What a generator node saved.

    Attributes:
        partitions: for each partitioned output, what was saved by id.
        records: what an earlier log of the same loop would say, by id.
        table: the closed log.
    """

    partitions: tuple[dict[str, Any], ...]
    records: dict[str, dict[str, Any]]
    table: pd.DataFrame


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Small networks gain nothing from threads, and equal runs must round alike."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def make_model() -> MakeModel:
    """Give a codec of random weights for a seed."""
    return random_model


@pytest.fixture(scope="session")
def codec_model() -> CodecModel:
    return random_model(0)


@pytest.fixture(scope="session")
def prior() -> RecurrentPrior:
    return random_prior(0)


@pytest.fixture(scope="session")
def sequence_model() -> SequenceModel:
    return random_sequence_model(0)


@pytest.fixture(scope="session")
def other_sequence_model() -> SequenceModel:
    return random_sequence_model(1)


@pytest.fixture(scope="session")
def make_speech() -> MakeSpeech:
    """Give samples [n] for a length and a seed."""
    return voice


@pytest.fixture(scope="session")
def run_loop() -> Callable[[Iterable[tuple[Any, ...]]], Loop]:
    """Run a generator node to its end."""
    return collect


@pytest.fixture(scope="session")
def listening_test() -> ListeningTest:
    """A listening test of two sentences, u1 and u2, and one codec."""
    training, *trials = (two_stimuli(number) for number in range(3))
    return ListeningTest(
        title="Test",
        seed=0,
        corpus_digest="c",
        sample_rate=16_000,
        loudness_lufs=-23,
        conditions=(
            Condition(key="original", label="Original", role="hidden_reference"),
            Condition(key="bpgan", label="BPGAN", role="codec"),
        ),
        absent=(),
        training=training,
        trials=tuple(trials),
    )


def two_stimuli(number: int) -> Trial:
    stimuli = tuple(
        Stimulus(
            token=f"{number:08x}{place:08x}",
            condition=key,
            sha256="0" * 64,
            source_sha256="1" * 64,
            gain_db=0.0,
        )
        for place, key in enumerate(("original", "bpgan"))
    )
    return Trial(id=f"u{number}", speaker="s", sex=None, seconds=1.0, stimuli=stimuli)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser of this machine; one module alone, as its event loop would disturb others."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=BROWSER_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def least_contrast() -> Callable[[Page], tuple[float, str]]:
    """Give the least contrast of text on a page, and that text."""

    def measure(page: Page) -> tuple[float, str]:
        contrast, text = page.evaluate(LEAST_CONTRAST)
        return contrast, text

    return measure


def random_model(seed: int) -> CodecModel:
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        encoder, generator = Encoder(NETWORKS), Generator(NETWORKS)
        initialise(encoder)
        initialise(generator)
        latents = encoder(2.0 * torch.rand(4, 1, 128, 128) - 1.0)
        quantiser = Quantiser(fit_levels(latents.flatten().numpy(), LEVELS))
        padding = torch.randint(LEVELS, (NETWORKS.latent_channels, 8))
        counts = torch.randint(1, 1000, (padding.numel(), LEVELS)).numpy()
    tables = LevelTables.from_histogram(counts)
    return CodecModel(NETWORKS, encoder, generator, quantiser, padding, tables, f"random {seed}")


def random_prior(seed: int) -> RecurrentPrior:
    """A prior whose every weight matters."""
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        prior = RecurrentPrior(SEQUENCE_NETWORKS.latent_channels, SEQUENCE_NETWORKS.prior_width)
        for weight in prior.parameters():
            weight.normal_(std=0.3)
    return prior


def random_sequence_model(seed: int) -> SequenceModel:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        encoder, generator = (
            SequenceEncoder(SEQUENCE_NETWORKS),
            SequenceGenerator(SEQUENCE_NETWORKS),
        )
        # Finer at a higher quality, as training would make it.
        with torch.no_grad():
            for network in (encoder, generator):
                network.gain.logarithm.weight.normal_(std=0.3)
    prior = freeze_prior(random_prior(seed))
    return SequenceModel(SEQUENCE_NETWORKS, encoder, generator, prior, f"random {seed}")


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


def collect(saved: Iterable[tuple[Any, ...]]) -> Loop:
    *yields, (*rest, table) = saved
    partitions: tuple[dict[str, Any], ...] = tuple({} for _ in rest)
    records = {}
    for *values, record in yields:
        records[record["id"]] = record
        for partition, value in zip(partitions, values, strict=True):
            partition |= value
    assert all(value == {} for value in rest), "the table comes without partitions"
    return Loop(partitions, records, table)
