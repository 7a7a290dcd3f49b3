"""`listen` and `import-ratings` as a researcher calls them."""

import io
import json
import signal
import socket
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from gan_audio_compression.listening.description import ListeningTest
from gan_audio_compression.listening.page import render_page
from gan_audio_compression.listening.store import RatingStore

Tool = Callable[..., Any]
LISTENERS = ["a" * 32, "b" * 32]


@pytest.fixture
def folder(listening_test: ListeningTest, tmp_path: Path) -> Path:
    file = io.BytesIO()
    sf.write(file, np.zeros(16_000), 16_000, format="FLAC")
    trials = (listening_test.training, *listening_test.trials)
    sounds = {token: file.getvalue() for trial in trials for token in trial.tokens}
    path = tmp_path / "listening_test"
    path.mkdir()
    (path / "test.json").write_text(listening_test.to_json())
    (path / "index.html").write_text(render_page(listening_test, sounds))
    return path


@pytest.fixture
def saved(listening_test: ListeningTest, tmp_path: Path) -> Callable[..., Path]:
    """Writes a file as the page saves it."""

    def save(name: str, listener: str, **changes: Any) -> Path:
        tokens = sorted(listening_test.trials[0].tokens)
        rating = {"trial": "u1", "revision": 1, "position": 1, "order": tokens}
        rating |= {"scores": dict.fromkeys(tokens, 60), "comment": "", "seconds": 9.0}
        background = {"hearing": "normal", "experience": "none", "playback": "headphones"}
        content = {"test": listening_test.digest, "listener": listener, "consent": True}
        content |= {"background": background, "ratings": [rating]} | changes
        path = tmp_path / name
        path.write_text(json.dumps(content))
        return path

    return save


def test_files_are_imported_and_once_more_changes_nothing(
    tool: Tool, folder: Path, saved: Callable[..., Path], tmp_path: Path
) -> None:
    files = [saved(f"{listener[0]}.json", listener) for listener in LISTENERS]
    ratings = tmp_path / "new" / "ratings.sqlite"
    for _ in range(2):
        done = tool("import-ratings", folder, *files, "--ratings", ratings)
        assert (done.code, done.err) == (0, "")
        stored = RatingStore.open(ratings).latest()
        assert [rating.listener for rating in stored] == LISTENERS


def test_a_bad_file_is_named_and_the_others_are_imported(
    tool: Tool, folder: Path, saved: Callable[..., Path], tmp_path: Path
) -> None:
    ratings = tmp_path / "ratings.sqlite"
    good = saved("good.json", LISTENERS[0])
    other = saved("other.json", LISTENERS[1], test="f" * 64)
    done = tool("import-ratings", folder, other, tmp_path / "no.json", good, "--ratings", ratings)
    assert done.code == 1
    first, second = done.err.splitlines()
    assert "other.json: The ratings are of another listening test" in first
    assert "no.json does not exist" in second
    assert len(RatingStore.open(ratings).latest()) == 1


@pytest.mark.parametrize("command", ["listen", "import-ratings"])
def test_a_folder_without_a_test_is_one_sentence(
    tool: Tool, saved: Callable[..., Path], tmp_path: Path, command: str
) -> None:
    inputs = [saved("a.json", LISTENERS[0])] if command == "import-ratings" else []
    done = tool(command, tmp_path, *inputs, "--ratings", tmp_path / "ratings.sqlite")
    assert done.code == 1
    assert "run the pipeline listening_test" in done.err and len(done.err.splitlines()) == 1
    assert not (tmp_path / "ratings.sqlite").exists()


def test_ratings_of_another_test_are_left_alone(
    tool: Tool, folder: Path, listening_test: ListeningTest, tmp_path: Path
) -> None:
    ratings = tmp_path / "ratings.sqlite"
    RatingStore.create(ratings, listening_test.model_copy(update={"seed": 1}))
    done = tool("listen", folder, "--ratings", ratings)
    assert done.code == 1
    assert "holds ratings of another listening test; move it away" in done.err


def test_a_port_that_is_taken_is_said(tool: Tool, folder: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = tool("listen", folder, "--ratings", tmp_path / "r.sqlite", "--port", str(port))
    assert done.code == 1
    assert f"cannot listen at 127.0.0.1 port {port} (Address already in use" in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_in_order(
    start: Any, folder: Path, tmp_path: Path, signum: signal.Signals
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ratings = tmp_path / "r.sqlite"
    process = start("listen", folder, "--ratings", ratings, "--port", str(port))
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/")
            break
        except OSError:
            time.sleep(0.05)
    assert connection.getresponse().status == 200
    connection.close()
    process.send_signal(signum)
    _, err = process.communicate(timeout=30)
    assert b"Traceback" not in err
    assert f"the test runs at http://127.0.0.1:{port}/".encode() in err
    assert process.returncode == 128 + signum
