"""A small listening test, its page, a server of it, and ratings as a listener sends them."""

import hashlib
import io
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, expect

from gan_audio_compression.listening.description import (
    Condition,
    ListeningTest,
    Stimulus,
    Trial,
    samples_digest,
)
from gan_audio_compression.listening.page import render_page
from tests.browser import browser as browser
from tests.browser import least_contrast as least_contrast

SOURCE = Path(__file__).resolve().parents[2] / "src"
RATE = 16_000
CONDITIONS = (
    Condition(key="original", label="Original", role="hidden_reference"),
    Condition(key="opus_9k", label="Opus 9k", role="codec"),
    Condition(key="bpgan", label="BPGAN", role="codec"),
    Condition(key="mid_anchor", label="Low-pass 7 kHz", role="mid_anchor"),
    Condition(key="low_anchor", label="Low-pass 3.5 kHz", role="low_anchor"),
)
SECONDS = {"training": 0.6, "dr1_fslt0_sx55": 0.8, "dr7_mawb0_sx61": 0.8}

# What the browser keeps of a trial that is shown.
RECORD = """(trial) => {
  const key = Object.keys(localStorage).find((name) => name.endsWith(`:trial:${trial}`));
  return JSON.parse(localStorage.getItem(key));
}"""
SESSION = """() => {
  const key = Object.keys(localStorage).find((name) => name.endsWith(":session"));
  return JSON.parse(localStorage.getItem(key));
}"""
ANSWERS = {"hearing": "normal", "experience": "some", "playback": "headphones"}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}

Score = Callable[[str], int]
Submit = Callable[..., dict[str, Any]]


class Visitor:
    """A listener in front of the page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def begin(self) -> None:
        """Go through instructions, sound check and training to the first trial."""
        for name, value in ANSWERS.items():
            self.page.select_option(f"select[name={name}]", value)
        self.page.check("#consent input[type=checkbox]")
        self.page.click("#consent button")
        self.page.click("#sound-done")
        expect(self.page.locator("#trial-heading")).to_have_text("Training")
        self.take_trials(1, lambda token: 50)

    def take_trials(self, count: int, score: Score) -> None:
        """Rate trials, each stimulus by its name, and go on after each."""
        for _ in range(count):
            self.rate(score)
            self.page.click("#next")

    def rate(self, score: Score) -> None:
        """Hear and rate every stimulus of the trial."""
        expect(self.page.locator("#play")).to_be_enabled()
        for place, token in enumerate(self.order):
            column = self.page.locator(".column").nth(place)
            column.locator("button").click()
            column.locator("input").fill(str(score(token)))

    def sees(self, sentence: str, patience: float = 5.0) -> None:
        """Wait until the line at the end of the page says a sentence, or that much of it."""
        line = self.page.locator("#status")
        expect(line).to_contain_text(sentence, timeout=1000 * patience)

    @property
    def session(self) -> dict[str, Any]:
        """What the browser keeps of the listener."""
        session: dict[str, Any] = self.page.evaluate(SESSION)
        return session

    @property
    def trial(self) -> str:
        """Id of the trial in sight."""
        if self.page.locator("#trial-heading").inner_text() == "Training":
            return "training"
        trial: str = self.session["order"][self.session["step"] - 3]
        return trial

    @property
    def order(self) -> list[str]:
        """Names of the stimuli in sight, from A."""
        order: list[str] = self.page.evaluate(RECORD, self.trial)["order"]
        return order


class Server:
    """The program `listen` in a process of its own."""

    def __init__(self, folder: Path, ratings: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.ratings = ratings
        self.url = f"http://127.0.0.1:{self.port}/"
        self._folder = folder
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [sys.executable, "-m", "gan_audio_compression", "listen", str(self._folder)]
        command += ["--ratings", str(self.ratings), "--port", str(self.port)]
        environment = os.environ | {"PYTHONPATH": str(SOURCE)}
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
        limit = time.monotonic() + 120
        while self.process.poll() is None and time.monotonic() < limit:
            try:
                if self.request("GET", "/")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        """End it with no chance to save anything."""
        self.process.kill()
        self.process.communicate()

    def request(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer; underscores in the names are hyphens."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), data

    def post(self, submission: dict[str, Any]) -> tuple[int, str]:
        """Status and error of sending ratings."""
        body = json.dumps(submission).encode()
        status, _, data = self.request("POST", "/ratings", body, Content_Type="application/json")
        return status, json.loads(data)["error"] if data else ""


def speech_of(trial: str, condition: str) -> NDArray[np.float32]:
    """Tones over each other, fewer for each next condition."""
    lost = [one.key for one in CONDITIONS].index(condition)
    moments = np.arange(round(SECONDS[trial] * RATE)) / RATE
    tones = [np.sin(2 * np.pi * 300 * k * moments + len(trial)) for k in range(1, 7 - lost)]
    return np.asarray(0.03 * np.sum(tones, axis=0), dtype=np.float32)


def flac_of(trial: str, condition: str) -> bytes:
    file = io.BytesIO()
    sf.write(file, speech_of(trial, condition), RATE, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def token_of(trial: str, condition: str) -> str:
    return hashlib.sha256(f"{trial} {condition}".encode()).hexdigest()[:16]


def make_trial(id: str) -> Trial:
    stimuli = [
        Stimulus(
            token=token_of(id, condition.key),
            condition=condition.key,
            sha256=hashlib.sha256(flac_of(id, condition.key)).hexdigest(),
            source_sha256=samples_digest(speech_of(id, condition.key)),
            gain_db=0.0,
        )
        for condition in CONDITIONS
    ]
    return Trial(id=id, speaker="s", sex="F", seconds=SECONDS[id], stimuli=tuple(stimuli))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A test as the pipeline writes it."""
    training, *trials = map(make_trial, SECONDS)
    test = ListeningTest(
        title="How good is <this> speech?",
        seed=0,
        corpus_digest="00",
        sample_rate=RATE,
        loudness_lufs=-26.0,
        conditions=CONDITIONS,
        absent=(),
        training=training,
        trials=tuple(trials),
    )
    stimuli = {
        stimulus.token: flac_of(trial.id, stimulus.condition)
        for trial in (training, *trials)
        for stimulus in trial.stimuli
    }
    path = tmp_path_factory.mktemp("listening_test")
    (path / "test.json").write_text(test.to_json(), encoding="utf-8")
    (path / "index.html").write_text(render_page(test, stimuli), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def listening_test(folder: Path) -> ListeningTest:
    return ListeningTest.from_json((folder / "test.json").read_bytes(), "test.json")


@pytest.fixture(scope="session")
def heard() -> dict[str, dict[str, Callable[[], NDArray[np.float32]]]]:
    """What loads the speech of the test, by condition and utterance."""
    return {
        condition.key: {id: partial(speech_of, id, condition.key) for id in SECONDS}
        for condition in CONDITIONS
    }


@pytest.fixture
def server(folder: Path, tmp_path: Path) -> Iterator[Server]:
    server = Server(folder, tmp_path / "ratings.db")
    yield server
    server.kill()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What pages say on their consoles; a test fails where that is anything."""
    complaints: list[str] = []
    yield complaints
    assert complaints == []


@pytest.fixture
def visit(browser: Browser, complaints: list[str]) -> Iterator[Callable[..., Visitor]]:
    """Opens a page in a browser of its own, on a desk unless told otherwise.

    A test's pages are closed at its end: left open they go on playing and drawing beside the next.
    """

    def complain(text: str) -> None:
        # A server that is gone is what some tests are about, and the browser notes it.
        if "ERR_CONNECTION" not in text:
            complaints.append(text)

    def open_page(url: str, **device: Any) -> Visitor:
        context = contexts.enter_context(browser.new_context(**DESKTOP | device))
        page = context.new_page()
        page.on("pageerror", lambda error: complain(str(error)))
        page.on("console", lambda message: complain(message.text))
        page.goto(url)
        return Visitor(page)

    with ExitStack() as contexts:
        yield open_page


@pytest.fixture
def submit(listening_test: ListeningTest) -> Submit:
    """Makes what a listener sends: all trials with one score, and what is asked to differ."""

    def make(score: int = 50, listener: str | None = None, revision: int = 1) -> dict[str, Any]:
        ratings = [
            {
                "trial": trial.id,
                "revision": revision,
                "position": place,
                "order": sorted(trial.tokens),
                "scores": dict.fromkeys(sorted(trial.tokens), score),
                "comment": "",
                "seconds": 12.5,
            }
            for place, trial in enumerate(listening_test.trials, 1)
        ]
        return {
            "test": listening_test.digest,
            "listener": listener or secrets.token_hex(16),
            "consent": True,
            "background": {
                "hearing": "normal",
                "experience": "some",
                "playback": "headphones",
            },
            "ratings": ratings,
        }

    return make
