"""Tasks of a scheduler that write one run to a tracking server on loopback."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from mlflow import MlflowClient

Environment = dict[str, str]


@pytest.fixture
def server(tmp_path: Path, environment: Environment) -> Iterator[str]:
    """The address of a server that keeps all in a folder of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", f"{port}"]
    command += ["--backend-store-uri", f"sqlite:///{tmp_path}/server.db", "--workers", "1"]
    command += ["--artifacts-destination", str(tmp_path / "artifacts")]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=quiet, stderr=quiet
    ) as process:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/health", process)
        yield address
        process.terminate()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            with urlopen(url):
                return
        except URLError:
            assert process.poll() is None and time.monotonic() < end
            time.sleep(0.1)


def test_tasks_share_a_run_on_a_server(
    server: str,
    tmp_path: Path,
    corpus: Path,
    make_project: Callable[[Path], Path],
    kedro_run: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    project = make_project(tmp_path / "project")
    client = MlflowClient(server)
    experiment = client.create_experiment("gan_audio_compression")
    shared = client.create_run(experiment).info.run_id
    variables = {"MLFLOW_TRACKING_URI": server, "MLFLOW_RUN_ID": shared}
    for task in ("data_preparation", "segment_training"):
        done = kedro_run(project, corpus, "--pipelines", task, variables=variables)
        assert done.returncode == 0, done.stdout + done.stderr
    (run,) = client.search_runs([experiment])
    assert (run.info.run_id, run.info.status) == (shared, "FINISHED")
    assert {"corpus_digest", "segment_model.digest"} <= run.data.tags.keys()
    assert {"corpus.split_by", "segment_training.seed"} <= run.data.params.keys()
    artifacts = {file.path for file in client.list_artifacts(shared)}
    assert {"dialect_distribution.csv", "figure_09_square_error.png"} <= artifacts
    assert not (project / "mlflow.db").exists() and not (project / "mlruns").exists()
