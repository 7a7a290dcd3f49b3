"""The whole chain from an object store to it: the same results as on a disk, in few requests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from mlflow import MlflowClient

from tests.runs.one_run.object_store import BUCKET, ObjectStore, object_store

KedroRun = Callable[..., object]

# What a loop reads, computes and saves may cost for each utterance, and for all of them.
EACH, OF_ALL = 4, 20


@pytest.fixture(scope="module")
def store() -> Iterator[ObjectStore]:
    with object_store() as made:
        yield made


@pytest.fixture(scope="module")
def stored(
    store: ObjectStore,
    tmp_path_factory: pytest.TempPathFactory,
    corpus: Path,
    make_project: Callable[[Path], Path],
    kedro_run: KedroRun,
) -> Path:
    """A project whose run has all its data in the store."""
    project = make_project(tmp_path_factory.mktemp("stored"))
    store.filesystem().put(f"{corpus}/", f"{BUCKET}/corpus/", recursive=True)
    del store.requests[:]
    places = {"GAC_DATA": f"s3://{BUCKET}/run", "GAC_SCRATCH": str(project / "scratch")}
    done = kedro_run(project, f"s3://{BUCKET}/corpus", variables=store.environment | places)
    assert done.returncode == 0, done.stdout + done.stderr  # type: ignore[attr-defined]
    return project


@pytest.fixture(scope="module")
def copy(stored: Path, store: ObjectStore) -> Path:
    """What the run has left in the store."""
    store.filesystem().get(f"{BUCKET}/run/", f"{stored / 'copy'}/", recursive=True)
    return stored / "copy"


def test_files_and_models_are_the_same_as_on_a_disk(project: Path, copy: Path) -> None:
    data = project / "data" / "test"
    kept = [*data.glob("06_models/*.safetensors"), *data.rglob("coded_files/*/*.gac")]
    files = [file.relative_to(data) for file in kept if file.is_file()]
    assert len({file.suffix for file in files}) >= 2
    for file in files:
        assert (data / file).read_bytes() == (copy / file).read_bytes(), file


def test_tables_and_reports_are_there_and_in_mlflow(
    project: Path, copy: Path, stored: Path
) -> None:
    reporting = Path("08_reporting")
    here, there = (
        {file.name for file in (folder / reporting).iterdir() if file.is_file()}
        for folder in (project / "data" / "test", copy)
    )
    assert here == there
    client = MlflowClient(f"sqlite:///{stored}/mlflow.db")
    runs = client.search_runs(["1"])
    (run,) = (run for run in runs if "mlflow.parentRunId" not in run.data.tags)
    artifacts = {file.path for file in client.list_artifacts(run.info.run_id)}
    assert {"codec_comparison.csv", "report.html", "figure_search_objective.png"} <= artifacts
    name = reporting / "codec_comparison.parquet"
    table, other = (pd.read_parquet(of / name) for of in (project / "data" / "test", copy))
    scored = [c for c in map(str, table) if c.startswith(("pesq", "estoi", "file_kbit"))]
    pd.testing.assert_frame_equal(table[["system", *scored]], other[["system", *scored]])


def test_nothing_is_left_of_the_way(copy: Path) -> None:
    names = [path.relative_to(copy).as_posix() for path in copy.rglob("*")]
    assert not [n for n in names if n.endswith(".tmp") or ".parts" in n]


@pytest.mark.parametrize(
    "log",
    [
        "02_intermediate/utterance_manifest",
        "07_model_output/coding_log",
        "07_model_output/reconstruction_log",
        "07_model_output/scores_log",
    ],
)
def test_a_loop_asks_the_store_little(store: ObjectStore, copy: Path, log: str) -> None:
    path = f"/{BUCKET}/run/{log}.parquet"
    asked = [n for n, (_, of) in enumerate(store.requests) if of.startswith(path)]
    (end,) = (n for n, request in enumerate(store.requests) if request == ("PUT", path))
    during = [of for _, of in store.requests[asked[0] : end]]
    # What is done is written every few seconds, however much that is.
    parts = sum(of.startswith(f"{path}.parts/") for of in during)
    utterances = len(pd.read_parquet(copy / f"{log}.parquet"))
    assert utterances < len(during) - parts <= EACH * utterances + OF_ALL
    assert parts < max(utterances, 2 * OF_ALL)


def test_what_a_worker_saves_is_written_once(store: ObjectStore, copy: Path) -> None:
    for folder in ("04_feature/log_mel", "07_model_output/coded_files"):
        written = [of for how, of in store.requests if how == "PUT" and f"/{folder}/" in of]
        assert (
            len(written)
            == len(set(written))
            == sum(f.is_file() for f in (copy / folder).rglob("*"))
        )
