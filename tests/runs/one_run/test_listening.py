"""A listening test from decoded speech to the filled table, with two listeners in a browser."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from mlflow import MlflowClient
from playwright.sync_api import Browser, Page, expect

KedroRun = Callable[..., subprocess.CompletedProcess[str]]

# What both listeners think, in steps of Page Up; any other codec is as good as the first anchor.
STEPS = {"original": 10, "mid_anchor": 8, "bpgan": 6, "unified_gan": 5, "low_anchor": 2}
ORDER = """(id) => {
  const key = Object.keys(localStorage).find((name) => name.endsWith(`:trial:${id}`));
  return JSON.parse(localStorage.getItem(key)).order;
}"""


@pytest.fixture(scope="module")
def folder(project: Path, corpus: Path, kedro_run: KedroRun) -> Path:
    """The prepared test."""
    done = kedro_run(project, corpus, "--pipeline", "listening_test")
    assert done.returncode == 0, done.stdout + done.stderr
    return project / "data" / "test" / "08_reporting" / "listening_test"


@pytest.fixture(scope="module")
def ratings(project: Path) -> Path:
    return project / "data" / "test" / "01_raw" / "listening_ratings.sqlite"


@pytest.fixture(scope="module")
def url(folder: Path, ratings: Path, environment: dict[str, str]) -> Iterator[str]:
    """Where the server of the test is reached."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gan_audio_compression", "listen", str(folder)]
    command += ["--ratings", str(ratings), "--port", str(port)]
    process = subprocess.Popen(command, env=environment)
    limit = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < limit:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.05)
    yield f"http://127.0.0.1:{port}/"
    process.terminate()
    process.wait(timeout=30)


def listen(page: Page, url: str, description: dict[str, Any]) -> None:
    """Take the whole test, with the scores of STEPS in every trial."""
    page.goto(url)
    answers = {"hearing": "normal", "experience": "some", "playback": "headphones"}
    for name, answer in answers.items():
        page.select_option(f"[name={name}]", answer)
    page.check("#consent input[type=checkbox]")
    page.click("#consent button")
    page.click("#sound-done")
    conditions = {
        stimulus["token"]: stimulus["condition"]
        for trial in [description["training"], *description["trials"]]
        for stimulus in trial["stimuli"]
    }
    trials = [description["training"]["id"]]
    trials += page.evaluate(
        "JSON.parse(localStorage.getItem("
        "Object.keys(localStorage).find((name) => name.endsWith(':session')))).order"
    )
    for id in trials:
        expect(page.locator("#play")).to_be_enabled(timeout=20_000)
        for place, token in enumerate(page.evaluate(ORDER, id)):
            page.keyboard.press("ABCDEFGHIJKL"[place])
            page.keyboard.press("Home")
            for _ in range(STEPS.get(conditions[token], 4)):
                page.keyboard.press("PageUp")
        page.click("#next")
    expect(page.locator("#status")).to_contain_text("All ratings are stored")


@pytest.fixture(scope="module")
def results(
    browser: Browser,
    url: str,
    folder: Path,
    project: Path,
    corpus: Path,
    kedro_run: KedroRun,
) -> Path:
    """The reports after two listeners and the one command that evaluates them."""
    description = json.loads((folder / "test.json").read_text())
    for _ in range(2):
        listen(browser.new_page(), url, description)
    done = kedro_run(project, corpus, "--pipeline", "listening_results")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder.parent


def test_table_3_has_the_scores_and_who_gave_them(results: Path) -> None:
    table = pd.read_csv(results / "codec_comparison.csv").set_index("system")
    assert table.loc["Original", "mushra"] == 100
    assert table.loc["BPGAN", "mushra"] == 60
    assert table.loc["Unified GAN", "mushra"] == 50
    assert table.loc["BPGAN", "listeners"] == 2
    assert table.loc[["Encoder only"], "mushra"].isna().all()
    for file in ("report.html", "codec_comparison.md"):
        assert "2 listeners, 20 are wanted" in (results / file).read_text()


def test_every_listener_is_accounted_for(results: Path) -> None:
    screening = pd.read_csv(results / "listener_screening.csv")
    assert screening["listener"].str.fullmatch("[0-9a-f]{32}").all()
    assert screening["reason"].isna().tolist() == [True, True]
    assert (screening["rated"] == screening["trials"]).all()
    ratings = pd.read_parquet(results / "mushra_ratings.parquet")
    assert ratings.groupby(["listener", "utterance"])["place"].apply(sorted).map(len).nunique() == 1


def test_the_run_has_the_scores_in_mlflow(results: Path, project: Path) -> None:
    client = MlflowClient(f"sqlite:///{project}/mlflow.db")
    experiment = client.get_experiment_by_name("gan_audio_compression")
    assert experiment is not None
    (run, *_) = client.search_runs([experiment.experiment_id], order_by=["start_time DESC"])
    assert run.data.metrics["mushra.bpgan.mean"] == 60
    assert run.data.metrics["mushra.listeners"] == 2
    artifacts = {file.path for file in client.list_artifacts(run.info.run_id)}
    assert {"mushra.md", "figure_mushra.png", "mushra_differences.csv"} <= artifacts


def test_preparing_the_same_test_again_keeps_its_ratings_valid(
    results: Path, folder: Path, project: Path, corpus: Path, kedro_run: KedroRun
) -> None:
    before = (folder / "test.json").read_bytes()
    done = kedro_run(project, corpus, "--pipeline", "listening_test")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "test.json").read_bytes() == before
