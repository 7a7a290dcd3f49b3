"""The whole chain as a user starts it: `kedro run` on a few utterances of the demo corpus."""

import hashlib
import io
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pandas as pd
import pytest
import soundfile
from kedro.config import OmegaConfigLoader
from kedro.framework.project import configure_project
from kedro.io import DataCatalog
from mlflow import MlflowClient
from omegaconf import OmegaConf

from gan_audio_compression.codec.container.reader import ContainerReader
from gan_audio_compression.codec.receiver import decode_file
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.pipeline_registry import register_pipelines
from gan_audio_compression.provenance import corpus_digest
from gan_audio_compression.settings import CONFIG_LOADER_ARGS
from tests.environments import make_environment

TESTED, CODED = 2, 3
# The segment codecs of the bench; those that minimise the same objective first.
SAME_OBJECTIVE = ("encoder_only", "unified_gan_perceptual", "bpgan_perceptual")
SEGMENT = (*SAME_OBJECTIVE, "unified_gan", "bpgan")
SEQUENCE = ("sequence_2k", "sequence_1k_searched")
# The metrics of an MLflow run belong to it, so every run writes them and the tables beside them.
OF_EVERY_RUN = {
    "searches.csv",
    "codec_comparison.csv",
    "codec_comparison.parquet",
    "codec_comparison.md",
    "validation_comparison.csv",
    "mushra.md",
    "mushra_differences.csv",
}

# It says when it was made.
REPORT = "08_reporting/report.html"

# What nodes hand over in memory.
PASSED_ON = {"examples", "provenance"}

MakeProject = Callable[[Path], Path]
KedroRun = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def data(project: Path) -> Path:
    return project / "data" / "test"


@pytest.fixture(scope="module")
def model(data: Path) -> SegmentModel:
    return SegmentModel.from_bytes((data / "06_models" / "segment_model.safetensors").read_bytes())


def runs_of(project: Path) -> tuple[MlflowClient, list[Any]]:
    """The runs of a project's MLflow store, newest first."""
    client = MlflowClient(f"sqlite:///{project}/mlflow.db")
    experiment = client.get_experiment_by_name("gan_audio_compression")
    assert experiment is not None
    return client, client.search_runs([experiment.experiment_id], order_by=["start_time DESC"])


@pytest.fixture(scope="module")
def tracked(project: Path) -> tuple[MlflowClient, Any]:
    """The MLflow client and the project's first run."""
    client, runs = runs_of(project)
    return client, runs[-1]


@pytest.fixture(scope="module")
def coding_log(data: Path) -> pd.DataFrame:
    """What compression says of each codec and utterance."""
    return pd.read_parquet(data / "07_model_output" / "coding_log.parquet")


def test_everything_in_the_catalog_exists(
    project: Path, data: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure_project("gan_audio_compression")
    datasets = register_pipelines()["__default__"].datasets()
    monkeypatch.chdir(project)
    config = OmegaConfigLoader(
        "conf",
        env="test",
        **{name: CONFIG_LOADER_ARGS[name] for name in ("base_env", "default_run_env")},
        custom_resolvers=CONFIG_LOADER_ARGS["custom_resolvers"],
        runtime_params={"corpus": {"path": str(corpus)}},
    )
    catalog = DataCatalog.from_config(config["catalog"])
    stored = {name for name in datasets if not name.startswith("params:")} - PASSED_ON
    assert not {name for name in stored if name not in catalog}, "not in the catalog"
    # Metrics are not files; MLflow's own tests below look for them.
    files = stored - {"search_means", "comparison_means", "mushra_means"}
    # Nobody has listened.
    files -= {"listening_ratings"}
    # This corpus has no phone labels to train a recogniser on.
    files -= {"phone_recognisers"}
    assert not {name for name in files if not catalog.exists(name)}, "not made"


def test_nothing_is_pickled_or_left_half_written(project: Path) -> None:
    names = [path.name for path in project.rglob("*") if path.is_file()]
    assert not [n for n in names if n.endswith((".pkl", ".pickle", ".pt", ".pth", ".joblib"))]
    assert not [n for n in names if n.endswith((".part", ".tmp"))]


@pytest.mark.parametrize("system", [*SEGMENT, *SEQUENCE])
def test_files_decode_to_speech_of_the_right_length(
    data: Path, model: SegmentModel, system: str
) -> None:
    files = sorted((data / "07_model_output" / "coded_files" / system).glob("*.gac"))
    speech = data / "07_model_output" / "reconstructed_speech" / system
    assert len(files) == CODED
    for file in files:
        original = soundfile.info(data / "03_primary" / "speech" / f"{file.stem}.wav")
        decoded, rate = soundfile.read(speech / f"{file.stem}.wav")
        info = soundfile.info(speech / f"{file.stem}.wav")
        assert (info.subtype, info.channels, rate) == ("PCM_16", 1, 16_000)
        (chunk,) = ContainerReader(io.BytesIO(file.read_bytes())).chunks()
        assert len(decoded) == original.frames == chunk.total
    if system not in SEGMENT:
        return
    again = decode_file(model, files[0].read_bytes()).speech
    kept, _ = soundfile.read(speech / f"{files[0].stem}.wav", dtype="float32")
    # Two steps of 16 bits.
    assert abs(kept - again.clip(-1, 1)).max() <= 2 / 32768


def test_every_codec_of_the_bench_went_the_same_road(data: Path, coding_log: pd.DataFrame) -> None:
    """What is installed was coded, decoded and scored; what is not says so throughout."""
    bench = OmegaConf.load("conf/base/parameters_bench.yml").bench
    assert coding_log.groupby("system").size().to_dict() == dict.fromkeys(map(str, bench), CODED)
    coded = set(coding_log.loc[coding_log["error"].isna(), "id"])
    folder = data / "07_model_output"
    decoded = pd.read_parquet(folder / "reconstruction_log.parquet")
    assert set(decoded.loc[decoded["error"].isna(), "id"]) == coded
    scored = pd.read_parquet(folder / "scores_log.parquet")
    assert set(scored["id"]) == set(coding_log["id"])
    assert set(scored.loc[scored["pesq_nb"].notna(), "id"]) == coded


def test_searches_are_never_worse_than_the_encoder(coding_log: pd.DataFrame) -> None:
    log = coding_log[coding_log["objective"].notna()]
    # The sequence codec minimises nothing where it does not search.
    assert {*SEGMENT, "sequence_1k_searched"} <= set(log["system"])
    assert "sequence_2k" not in set(log["system"])
    assert (log["objective"] <= log["start_objective"]).all()
    objective = log.groupby("system")["objective"].mean()
    assert objective["bpgan_perceptual"] < objective["encoder_only"]
    # The others minimise the mean square error.
    same = log[log["system"].isin(SAME_OBJECTIVE)]
    assert same.groupby("utterance")["start_objective"].nunique().eq(1).all()


def test_tables_count_every_utterance(data: Path, coding_log: pd.DataFrame) -> None:
    tables = {
        split: pd.read_csv(data / "08_reporting" / f"{name}_comparison.csv").set_index("system")
        for split, name in (("test", "codec"), ("validation", "validation"))
    }
    assert (tables["test"]["n"] == TESTED).all()
    assert (tables["validation"]["n"] == CODED - TESTED).all()
    tested = coding_log[(coding_log["split"] == "test") & (coding_log["system"] == "bpgan")]
    folder = data / "07_model_output" / "coded_files"
    files = [folder / f"{id}.gac" for id in tested["id"]]
    bits = 8 * sum(file.stat().st_size for file in files)
    expected = bits / tested["speech_seconds"].sum() / 1000
    assert tables["test"].loc["BPGAN", "file_kbit_s"] == pytest.approx(expected)
    assert tables["test"].loc["Original", "stoi_mean"] == pytest.approx(1.0, abs=1e-3)


def test_the_run_is_finished_and_says_what_it_was_made_of(
    tracked: tuple[MlflowClient, Any], data: Path, model: SegmentModel
) -> None:
    _, run = tracked
    assert run.info.status == "FINISHED"
    manifest = pd.read_parquet(data / "02_intermediate" / "utterance_manifest.parquet")
    assert run.data.tags["corpus_digest"] == corpus_digest(manifest)
    assert run.data.tags["segment_model.digest"] == model.digest
    file = data / "06_models" / "sequence_model.safetensors"
    sequence_model = SequenceModel.from_bytes(file.read_bytes())
    assert run.data.tags["sequence_model.digest"] == sequence_model.digest
    assert {"gan_model.digest", "transform_model.digest"} <= run.data.tags.keys()
    assert {"git_commit", "git_dirty"} <= run.data.tags.keys()


def test_parameters_are_logged_by_their_keys(
    tracked: tuple[MlflowClient, Any], corpus: Path
) -> None:
    parameters = tracked[1].data.params
    assert parameters["corpus.path"] == str(corpus)
    assert parameters["segment_training.gan.schedule.epochs"] == "2"
    assert parameters["segment_training.networks.width"] == "16"
    assert parameters["bench.bpgan.codec.search.strategy"] == "admm"
    assert parameters["bench.bpgan.codec.search.iterations"] == "10"
    assert parameters["bench.unified_gan.codec.coder"] == "huffman"


def test_metrics_of_epochs_searches_and_scores(tracked: tuple[MlflowClient, Any]) -> None:
    client, run = tracked
    for name in ("gan.mse", "gan.d_real", "gan.d_generated", "gan.validation_mse", "encoder.mse"):
        history = client.get_metric_history(run.info.run_id, name)
        assert sorted(metric.step for metric in history) == [1, 2], name
    metrics = run.data.metrics
    for system in SEGMENT:
        for split in ("test", "validation"):
            searched, compared = f"search.{split}.{system}", f"comparison.{split}.{system}"
            assert metrics[f"{searched}.objective"] > 0
            assert metrics[f"{searched}.seconds_per_second"] > 0
            assert 0.3 < metrics[f"{compared}.file_kbit_s"] < 4
            assert metrics[f"{compared}.stoi"] < metrics[f"comparison.{split}.no_codec.stoi"]
    assert metrics["comparison.test.original.stoi"] == pytest.approx(1.0, abs=1e-3)


def test_figures_and_tables_are_artifacts(tracked: tuple[MlflowClient, Any], data: Path) -> None:
    client, run = tracked
    artifacts = {file.path for file in client.list_artifacts(run.info.run_id)}
    figures = {path.name for path in (data / "08_reporting").glob("figure_*.png")}
    assert {f"{number:02}" for number in range(6, 11)} <= {name[7:9] for name in figures}
    assert {"figure_rate_distortion_pesq_raw.png", "figure_search_objective.png"} <= figures
    tables = {"codec_comparison.csv", "codec_comparison.parquet", "codec_comparison.md"}
    tables |= {"group_comparison.csv", "paired_differences.csv", "sweep_points.csv"}
    tables |= {"dialect_distribution.csv", "segment_history.csv", "report.html"}
    assert figures | tables <= artifacts


LOADER = """
import io, sys
import mlflow, numpy as np, pandas as pd, soundfile

codec = mlflow.pyfunc.load_model(sys.argv[1])
file = io.BytesIO()
soundfile.write(file, 0.1 * np.sin(np.arange(16_000) / 9), 16_000, format="WAV")
options = {"bitrate": 3000.0, "effort": 0}
coded = codec.predict(pd.DataFrame({"data": [file.getvalue()]}), params=options)
decoded = codec.predict(coded)
print(len(coded["data"][0]), soundfile.info(io.BytesIO(decoded["data"][0])).frames)
print(sys.modules["gan_audio_compression"].__file__)
"""


@pytest.mark.parametrize("name", ["segment_model", "sequence_model"])
def test_a_logged_codec_opens_with_its_requirements_alone(
    tracked: tuple[MlflowClient, Any], tmp_path: Path, name: str
) -> None:
    client, run = tracked
    logged = {model.name: model for model in client.search_logged_models(["1"])}
    assert logged[name].source_run_id == run.info.run_id
    folder = Path(urlparse(logged[name].artifact_location).path)
    requirements = (folder / "requirements.txt").read_text().splitlines()
    assert all("==" in requirement for requirement in requirements)
    python = make_environment(tmp_path / "venv", requirements)
    done = subprocess.run(
        [python, "-W", "ignore", "-c", LOADER, str(folder)],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    sizes, source = done.stdout.splitlines()
    size, samples = map(int, sizes.split())
    assert 60 < size < 400
    assert samples == 16_000
    assert Path(source).is_relative_to(folder)
    digest = run.data.tags[f"{name}.digest"]
    assert f"digest: {digest}" in (folder / "MLmodel").read_text()


def snapshot(folder: Path) -> dict[str, tuple[str, int]]:
    """Digest and time of change of every file."""
    return {
        path.relative_to(folder).as_posix(): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_run_that_only_fills_gaps_does_nothing_new(
    project: Path, data: Path, corpus: Path, kedro_run: KedroRun
) -> None:
    before = snapshot(data)
    done = kedro_run(project, corpus, "--only-missing-outputs")
    assert done.returncode == 0, done.stdout + done.stderr
    after = snapshot(data)
    assert {name: digest for name, (digest, _) in after.items() if name != REPORT} == {
        name: digest for name, (digest, _) in before.items() if name != REPORT
    }
    touched = {Path(name).name for name in after if after[name] != before[name]}
    assert touched <= OF_EVERY_RUN | {Path(REPORT).name}
    assert runs_of(project)[1][0].info.status == "FINISHED"


def test_a_folder_without_audio_is_one_sentence(
    tmp_path: Path, make_project: MakeProject, kedro_run: KedroRun
) -> None:
    project = make_project(tmp_path / "project")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "notes.txt").write_text("no speech here")
    done = kedro_run(project, tmp_path / "corpus")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: The corpus has no audio among its 1 ")
    assert "Traceback" not in done.stdout + done.stderr
    run = runs_of(project)[1][0]
    assert run.info.status == "FAILED"
    assert run.data.tags["error"].startswith("The corpus has no audio")


def test_bad_parameters_are_named_before_anything_runs(
    tmp_path: Path, corpus: Path, make_project: MakeProject, kedro_run: KedroRun
) -> None:
    project = make_project(tmp_path / "project")
    wrong = ",segment_training.gan.schedule.epochs=many,bench.bpgan.codec.serch=2"
    done = kedro_run(project, corpus, parameters=wrong)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "'segment_training'" in said and "gan.schedule.epochs" in said
    assert "'bench'" in said and "bpgan" in said and "serch" in said
    assert not (project / "data").exists()
