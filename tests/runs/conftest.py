"""The project as a user runs it, on a few utterances of the demo corpus."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "data" / "01_raw" / "demo_corpus"
UTTERANCES = {
    "TRAIN/DR2/FUSA0": 3,
    "TRAIN/DR3/MNYC0": 3,
    "TRAIN/DR7/FSCO0": 3,
    "TEST/DR1/FSLT0": 1,
    "TEST/DR7/MAWB0": 1,
}

Finished = subprocess.CompletedProcess[str]
Environment = dict[str, str]
KedroRun = Callable[..., Finished]


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few utterances of several speakers."""
    folder = tmp_path_factory.mktemp("corpus")
    for speaker, count in UTTERANCES.items():
        (folder / speaker).mkdir(parents=True)
        for recording in sorted((CORPUS / speaker).glob("*.WAV"))[:count]:
            shutil.copy(recording, folder / speaker)
    return folder


@pytest.fixture(scope="session")
def recordings() -> int:
    """How many the corpus has."""
    return sum(UTTERANCES.values())


@pytest.fixture(scope="session")
def make_project() -> Callable[[Path], Path]:
    """Makes the project without data in a folder; its source is that of this one."""

    def make(folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        shutil.copy(ROOT / "pyproject.toml", folder)
        shutil.copytree(ROOT / "conf", folder / "conf")
        (folder / "conf" / "local").mkdir(exist_ok=True)
        (folder / "src").mkdir()
        (folder / ".telemetry").write_text("consent: false")
        return folder

    return make


@pytest.fixture
def whole(tmp_path: Path, make_project: Callable[[Path], Path]) -> Path:
    """A project that takes all of its corpus."""
    made = make_project(tmp_path / "project")
    parameters = made / "conf/test/parameters_data_preparation.yml"
    parameters.write_text("corpus: {most_held_out: null}")
    return made


@pytest.fixture(scope="session")
def environment() -> Environment:
    """Environment variables of a process that works in such a project."""
    ambient = {name: value for name, value in os.environ.items() if "MLFLOW" not in name}
    return ambient | {
        "PYTHONPATH": str(ROOT / "src"),
        "COLUMNS": "200",
        "OMP_NUM_THREADS": "1",
        "KEDRO_ENV": "test",
    }


@pytest.fixture(scope="session")
def kedro_run(environment: Environment) -> KedroRun:
    """Runs `kedro run` in a project, on a corpus, with options, parameters and variables."""

    def run(
        project: Path,
        corpus: Path | str,
        *options: str,
        parameters: str = "",
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> Finished:
        command = [sys.executable, "-m", "kedro", "run", "--env", "test", *options]
        command += ["--params", f"corpus.path={corpus}{parameters}"]
        return subprocess.run(
            command,
            cwd=project,
            env={**environment, **variables},
            capture_output=True,
            text=True,
            timeout=600,
        )

    return run
