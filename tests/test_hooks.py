"""Runs of a small project: what they leave in MLflow, and how they end on an error."""

import os
import shutil
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from pydantic import BaseModel

from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.hooks import (
    ProjectHooks,
    UnknownEnvironmentError,
    find_expected_error,
    flatten,
)
from gan_audio_compression.provenance import corpus_digest, source_tags

ROOT = Path(__file__).resolve().parents[1]

PIPELINES = """
from pathlib import Path
from typing import Self

import pandas as pd
from kedro.pipeline import Node, Pipeline
from pydantic import BaseModel, ConfigDict

from gan_audio_compression.errors import GanAudioCompressionError


class Gan(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    epochs: int
    betas: tuple[float, float] = (0.8, 0.99)


class Model:
    digest = "0123abcd"

    def to_bytes(self) -> bytes:
        return b"model"

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        if data != b"model":
            raise GanAudioCompressionError("model.bin is of another version: train it again.")
        return cls()


def train(gan: Gan, schedule: dict, seed: int):
    assert gan.epochs == 3 and schedule["rate"] == 0.5 and seed == 7
    manifest = pd.DataFrame({"id": ["b", "a"], "sha256": ["22", "11"], "seconds": [1.0, 2.0]})
    return manifest, Model()


def use(model):
    return {"digest": model.digest}


def tabulate():
    rows = [[2, 1000, 3.0, 0.5], [2, 2000, 3.5, None], [8, 1000, 3.2, 0.1]]
    return pd.DataFrame(rows, columns=["levels", "rate", "pesq", "loss"])


def fail():
    raise ValueError("a bug")


def register_pipelines():
    inputs = ["params:training.gan", "params:training.schedule", "params:seed"]
    made = ["utterance_manifest", "segment_model"]
    training = Pipeline([Node(train, inputs, made, name="train")])
    using = Pipeline([Node(use, "segment_model", "summary", name="use")])
    broken = Pipeline([Node(use, "broken_model", "summary", name="use_broken")])
    failing = Pipeline([Node(fail, None, "nothing", name="fail")])
    studying = Pipeline([Node(tabulate, None, "study_table", name="tabulate")])
    parts = {"using": using, "broken": broken, "failing": failing, "studying": studying}
    return parts | {"__default__": training}
"""

FILES = {
    "pyproject.toml": """
        [tool.kedro]
        package_name = "throwaway"
        project_name = "throwaway"
        kedro_init_version = "1.7.0"
        source_dir = "src"
        """,
    ".telemetry": "consent: false",
    "src/throwaway/__init__.py": "",
    "src/throwaway/settings.py": "from gan_audio_compression.settings import *",
    "src/throwaway/pipeline_registry.py": PIPELINES,
    "conf/local/.gitkeep": "",
    "conf/base/parameters.yml": """
        seed: 7
        training:
          gan: {epochs: 3}
          schedule: {rate: 0.5, steps: [1, 2]}
        compression: {unused: 1}
        """,
    "conf/base/catalog.yml": """
        utterance_manifest:
          type: pandas.ParquetDataset
          filepath: data/manifest.parquet
        segment_model:
          type: gan_audio_compression.datasets.model.ModelDataset
          filepath: data/model.bin
          model: throwaway.pipeline_registry.Model
        broken_model:
          type: gan_audio_compression.datasets.model.ModelDataset
          filepath: broken.bin
          model: throwaway.pipeline_registry.Model
        study_table:
          type: pandas.CSVDataset
          filepath: data/study.csv
          metadata: {mlflow: artifact, variants: {name: [levels], by: rate}}
        """,
    "broken.bin": "other",
}


def make_project(folder: Path) -> Path:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text))
    shutil.copy(ROOT / "conf" / "base" / "mlflow.yml", folder / "conf" / "base")
    shutil.copy(ROOT / "conf" / "logging.yml", folder / "conf")
    return folder


def start(*command: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    ambient = {name: value for name, value in os.environ.items() if "MLFLOW" not in name}
    environment = ambient | {"PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200"} | variables
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, env=environment, capture_output=True, text=True
    )


def kedro_run(project: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return start("-m", "kedro", "run", *options, cwd=project, **variables)


def last_run(store: Path) -> Any:
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{store}")
    experiment = client.get_experiment_by_name("gan_audio_compression")
    assert experiment is not None
    return client.search_runs([experiment.experiment_id], order_by=["start_time DESC"])[0]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, elsewhere: Path) -> Path:
    """A project that has been run once, by a process in another folder."""
    folder = make_project(tmp_path_factory.mktemp("project"))
    script = f"""
        from kedro.framework.session import KedroSession
        from kedro.framework.startup import bootstrap_project
        bootstrap_project({str(folder)!r})
        with KedroSession.create({str(folder)!r}) as session:
            session.run()
        """
    done = start("-c", dedent(script), cwd=elsewhere)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def first_run(project: Path) -> Any:
    return last_run(project / "mlflow.db")


def test_the_store_is_at_the_project_root(project: Path, elsewhere: Path, first_run: Any) -> None:
    assert list(elsewhere.iterdir()) == []
    assert first_run.info.artifact_uri.startswith((project / "mlartifacts").as_uri())
    assert first_run.info.status == "FINISHED"


def test_parameters_of_the_pipeline_are_logged_flat_and_once(first_run: Any) -> None:
    assert first_run.data.params == {
        "seed": "7",
        "training.gan.epochs": "3",
        "training.gan.betas": "[0.8, 0.99]",
        "training.schedule.rate": "0.5",
        "training.schedule.steps": "[1, 2]",
    }


def test_corpus_and_model_are_known(first_run: Any) -> None:
    tags = first_run.data.tags
    assert tags["segment_model.digest"] == "0123abcd"
    assert len(tags["corpus_digest"]) == 64
    (corpus,) = first_run.inputs.dataset_inputs
    assert corpus.dataset.name == "utterance_manifest"
    assert corpus.dataset.digest == tags["corpus_digest"][:36]
    assert [tag.value for tag in corpus.tags] == ["corpus"]


def test_source_of_a_project_without_commits(first_run: Any) -> None:
    assert first_run.data.tags["git_commit"] == "unknown"
    assert first_run.data.tags["git_dirty"] == "unknown"


def test_a_run_has_only_the_lineage_that_it_used(project: Path) -> None:
    done = kedro_run(project, "--pipelines", "using")
    assert done.returncode == 0, done.stdout + done.stderr
    run = last_run(project / "mlflow.db")
    assert run.data.tags["segment_model.digest"] == "0123abcd"
    assert "corpus_digest" not in run.data.tags
    assert run.inputs.dataset_inputs == []


def test_an_expected_error_is_one_sentence_without_traceback(project: Path) -> None:
    done = kedro_run(project, "--pipelines", "broken")
    assert done.returncode == 1
    sentence = "model.bin is of another version: train it again."
    assert done.stderr == f"Error: {sentence}\n"
    assert "Traceback" not in done.stdout
    run = last_run(project / "mlflow.db")
    assert run.info.status == "FAILED"
    assert run.data.tags["error"] == sentence


def test_an_unexpected_error_keeps_its_traceback(project: Path) -> None:
    done = kedro_run(project, "--pipelines", "failing")
    assert done.returncode == 1
    assert "Traceback" in done.stdout + done.stderr
    assert "ValueError: a bug" in done.stdout + done.stderr
    run = last_run(project / "mlflow.db")
    assert run.info.status == "FAILED"
    assert run.data.tags["error"] == "a bug"


def test_the_environment_names_another_store(project: Path, tmp_path: Path) -> None:
    store = tmp_path / "other.db"
    before = last_run(project / "mlflow.db").info.run_id
    done = kedro_run(project, "--pipelines", "using", MLFLOW_TRACKING_URI=f"sqlite:///{store}")
    assert done.returncode == 0, done.stdout + done.stderr
    run = last_run(store)
    assert run.data.tags["segment_model.digest"] == "0123abcd"
    assert not run.info.artifact_uri.startswith((project / "mlartifacts").as_uri())
    assert last_run(project / "mlflow.db").info.run_id == before


def test_variants_of_a_study_are_nested_runs(project: Path, tmp_path: Path) -> None:
    """A second run of the same MLflow run, as tasks of a scheduler have it, finds them again."""
    from mlflow import MlflowClient

    store = f"sqlite:///{tmp_path / 'store.db'}"
    client = MlflowClient(store)
    experiment = client.create_experiment("gan_audio_compression", str(tmp_path / "artifacts"))
    shared = client.create_run(experiment).info.run_id
    for _ in range(2):
        variables = {"MLFLOW_TRACKING_URI": store, "MLFLOW_RUN_ID": shared}
        done = kedro_run(project, "--pipelines", "studying", **variables)
        assert done.returncode == 0, done.stdout + done.stderr
    runs = {run.info.run_name: run for run in client.search_runs([experiment])}
    assert len(runs) == len(client.search_runs([experiment])) == 3
    two, eight = runs["2"], runs["8"]
    assert two.data.params == {"levels": "2"} and two.info.status == "FINISHED"
    assert two.data.metrics == {"1000.pesq": 3.0, "1000.loss": 0.5, "2000.pesq": 3.5}
    assert eight.data.metrics == {"1000.pesq": 3.2, "1000.loss": 0.1}
    assert {run.data.tags["mlflow.parentRunId"] for run in (two, eight)} == {shared}
    assert [file.path for file in client.list_artifacts(shared)] == ["study.csv"]


@pytest.mark.parametrize(("env", "known"), [(None, True), ("timit", True), ("nope", False)])
def test_an_environment_without_a_folder_is_told(
    tmp_path: Path, env: str | None, known: bool
) -> None:
    for name in ("base", "timit"):
        (tmp_path / name).mkdir()
    (tmp_path / "logging.yml").touch()
    loader = SimpleNamespace(conf_source=str(tmp_path))
    context: Any = SimpleNamespace(config_loader=loader, env=env, project_path=tmp_path)
    says = f"there is no environment 'nope' in {tmp_path}; give one of base, timit."
    with nullcontext() if known else pytest.raises(UnknownEnvironmentError, match=says):
        ProjectHooks().after_context_created(context)


def test_flatten() -> None:
    class Inner(BaseModel):
        rate: float = 0.5
        name: str | None = None

    class Outer(BaseModel):
        inner: Inner = Inner()
        path: Path = Path("a/b")

    assert flatten({"a": Outer(), "b": {"c": Inner(name="x"), "d": {}}, "e": [Inner()]}) == {
        "a.inner.rate": "0.5",
        "a.inner.name": "null",
        "a.path": "a/b",
        "b.c.rate": "0.5",
        "b.c.name": "x",
        "b.d": "{}",
        "e": '[{"rate": 0.5, "name": null}]',
    }


def test_corpus_digest_is_of_content_not_of_order_or_other_columns() -> None:
    manifest = pd.DataFrame({"id": ["a", "b"], "sha256": ["1", "2"], "seconds": [1.0, 2.0]})
    digest = corpus_digest(manifest)
    assert corpus_digest(manifest.iloc[::-1].assign(seconds=0.0)) == digest
    assert corpus_digest(manifest.assign(sha256=["2", "1"])) != digest
    assert corpus_digest(manifest.iloc[:1]) != digest


def test_expected_errors_are_found_behind_others() -> None:
    expected = GanAudioCompressionError("mend it")
    try:
        try:
            raise expected
        except GanAudioCompressionError:
            raise KeyError("hidden")  # noqa: B904
    except KeyError as error:
        wrapped = RuntimeError("outer")
        wrapped.__cause__ = error
    assert find_expected_error(wrapped) is expected
    assert find_expected_error(expected) is expected
    assert find_expected_error(ValueError("a bug")) is None


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_source_tags_of_a_repository(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=n", "-c", "user.email=e"]
        command = ["git", *identity, *arguments]
        return subprocess.run(
            command, cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init")
    assert source_tags(tmp_path) == {"git_commit": "unknown", "git_dirty": "unknown"}
    (tmp_path / "file").write_text("a")
    git("add", "file")
    git("commit", "-m", "first")
    commit = git("rev-parse", "HEAD")
    assert source_tags(tmp_path) == {"git_commit": commit, "git_dirty": "false"}
    (tmp_path / "file").write_text("b")
    assert source_tags(tmp_path) == {"git_commit": commit, "git_dirty": "true"}


def test_source_tags_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert source_tags(tmp_path) == {"git_commit": "unknown", "git_dirty": "unknown"}
