"""Training from a folder of audio where only PyTorch and the file readers are installed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from omegaconf import OmegaConf

from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.training import __main__ as command
from gan_audio_compression.training import audio_folder
from gan_audio_compression.training.segment.gan_model import GanModel
from gan_audio_compression.training.speech import shards_of

PROJECT = Path(__file__).resolve().parents[2]

# Runs the command as a node would that has none of these libraries.
BARE_NODE = """
import runpy, sys
from importlib.machinery import PathFinder

ABSENT = {"kedro", "pydantic", "tqdm", "pandas", "scipy", "constriction", "mlflow", "matplotlib"}

class BarePathFinder(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in ABSENT else super().find_spec(name, path, target)

sys.meta_path = [BarePathFinder if finder is PathFinder else finder for finder in sys.meta_path]
sys.argv[0] = "training"
try:
    runpy.run_module("gan_audio_compression.training", run_name="__main__", alter_sys=True)
finally:
    assert not ABSENT & set(sys.modules)
"""

CONFIG = {
    "networks": {"layers": "frames", "width": 16, "encoder_blocks": 1, "generator_blocks": 1},
    "levels": 4,
    "gan": {"schedule": {"epochs": 1, "batch": 2, "steps_per_epoch": 2}},
    "encoder": {"schedule": {"epochs": 1, "batch": 2, "steps_per_epoch": 1}},
    "runtime": {"validation_segments": 2},
}

SEQUENCE_CONFIG = {
    "networks": {
        "width": 16,
        "encoder_blocks": 1,
        "generator_blocks": 1,
        "latent_channels": 4,
        "prior_width": 8,
    },
    "schedule": {"epochs": 2, "batch": 4, "steps_per_epoch": 2},
    "frames": 48,
    "runtime": {"validation_segments": 2},
}


def run_on_bare_node(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BARE_NODE, *map(str, arguments)],
        env={"PYTHONPATH": str(PROJECT / "src"), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Five speakers, one of them at 8 kHz, and one file that is no audio."""
    rng = np.random.default_rng(0)
    for i in range(5):
        rate = 8000 if i == 0 else 16_000
        path = tmp_path / "corpus" / f"speaker{i}" / "hello.wav"
        path.parent.mkdir(parents=True)
        sf.write(path, 0.1 * rng.standard_normal(rate), rate)
    for i in range(5):
        (tmp_path / "corpus" / f"speaker{i}" / "broken.wav").write_bytes(b"no audio at all")
    return tmp_path / "corpus"


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(CONFIG))
    return path


def test_trains_on_a_bare_node(tmp_path: Path, corpus: Path, config_file: Path) -> None:
    output = tmp_path / "output"
    result = run_on_bare_node("segment", config_file, corpus, output)
    assert result.returncode == 0, result.stderr
    assert result.stdout == ""
    assert "broken.wav is left out" in result.stderr

    codec = SegmentModel.from_bytes((output / "segment_model.safetensors").read_bytes())
    assert len(codec.quantiser.levels) == 4
    assert codec.tables.counts.shape == (16, 4)
    GanModel.from_bytes((output / "gan_model.safetensors").read_bytes())
    history = json.loads((output / "segment_history.json").read_text())
    assert [(row["stage"], row["epoch"]) for row in history] == [("gan", 1), ("encoder", 1)]
    assert not list(output.rglob("*.part"))


def test_a_second_run_does_nothing_again(
    tmp_path: Path,
    corpus: Path,
    config_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    output = tmp_path / "output"
    arguments = ["segment", str(config_file), str(corpus), str(output)]
    assert command.main(arguments) == 0
    model = SegmentModel.from_bytes((output / "segment_model.safetensors").read_bytes())

    def never(*_: object) -> None:
        raise AssertionError("a log mel was computed again")

    monkeypatch.setattr(audio_folder, "log_mel_spectrogram", never)
    caplog.clear()
    with caplog.at_level("INFO"):
        assert command.main(arguments) == 0
    assert "gan: step 2 of 2." in caplog.text
    again = SegmentModel.from_bytes((output / "segment_model.safetensors").read_bytes())
    assert again.digest == model.digest


def test_two_processes_train_the_sequence_codec(tmp_path: Path, corpus: Path) -> None:
    config, output = tmp_path / "sequence.json", tmp_path / "output"
    config.write_text(json.dumps(SEQUENCE_CONFIG))
    launcher = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    launcher += ["--rdzv-backend", "c10d", "--rdzv-endpoint", "localhost:0", "-m"]
    arguments = ["sequence", *map(str, (config, corpus, output)), "--variations", "1"]
    result = subprocess.run(
        [*launcher, "gan_audio_compression.training", *arguments],
        env={
            "PYTHONPATH": str(PROJECT / "src"),
            "OMP_NUM_THREADS": "1",
            "PATH": os.environ["PATH"],
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr.count("Utterances: 6 to train, 1 to validate.") == 2
    assert result.stderr.count("sequence, epoch 2: ") == 1
    SequenceModel.from_bytes((output / "sequence_model.safetensors").read_bytes())
    history = json.loads((output / "sequence_history.json").read_text())
    assert [(row["stage"], row["epoch"]) for row in history] == [("sequence", 1), ("sequence", 2)]
    made = {path.stem.partition("_")[2] for path in (output / "log_mel").iterdir()}
    assert made == {"", "varied_0"}


def test_speech_depends_on_the_recordings(tmp_path: Path, corpus: Path) -> None:
    first = audio_folder.prepare_speech(corpus, tmp_path / "cache")
    assert len(first.train) == 3
    assert len(first.validation) == 1
    for shard in [*first.train, *shards_of(first.validation)]:
        (frames,), (log_mel,) = shard.frames.values(), shard.load().values()
        assert log_mel.shape == (frames, 128) == (126, 128)
        assert log_mel.dtype == np.float32
    for path in corpus.glob("*/hello.wav"):
        sf.write(path, 0.2 * np.random.default_rng(1).standard_normal(16_000), 16_000)
    assert audio_folder.prepare_speech(corpus, tmp_path / "cache").digest != first.digest


def test_the_splits_are_those_of_the_pipelines() -> None:
    path = PROJECT / "conf" / "base" / "parameters_data_preparation.yml"
    parameters = OmegaConf.load(path).corpus
    assert parameters["split_by"] == "speaker"
    assert parameters["validation_fraction"] == audio_folder.VALIDATION_FRACTION
    assert parameters["test_fraction"] == audio_folder.TEST_FRACTION
    assert parameters["seed"] == audio_folder.SPLIT_SEED


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"networks": {"widht": 16}}', "widht"),
        ('{"epochs": 3}', "epochs"),
        ('{"networks": {"width": 17}}', "multiple of 16"),
        ("[1, 2]", "is no training configuration"),
        ("{", "is no training configuration"),
        (None, "No such file"),
    ],
)
def test_a_bad_configuration_is_refused(
    tmp_path: Path, text: str | None, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SystemExit) as exit:
        command.main(["segment", str(path), str(tmp_path), str(tmp_path / "output")])
    assert exit.value.code == 2
    assert complaint in capsys.readouterr().err


def test_a_folder_without_audio_is_one_sentence(
    tmp_path: Path, config_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    arguments = ["segment", str(config_file), str(tmp_path / "nowhere"), str(tmp_path)]
    assert command.main(arguments) == 1
    assert "has no audio among its 0 files" in caplog.text
