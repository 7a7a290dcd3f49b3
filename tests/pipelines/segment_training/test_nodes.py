"""What training may see, and what it leaves behind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from pydantic import ValidationError

from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.pipelines.segment_training import nodes
from gan_audio_compression.pipelines.training_parameters import SegmentTrainingParameters
from gan_audio_compression.pipelines.training_start import StartParameters

SCHEDULE = {"epochs": 2, "batch": 2, "steps_per_epoch": 1}
VALUES: dict[str, Any] = {
    "networks": {"layers": "frames", "width": 16, "encoder_blocks": 1, "generator_blocks": 1},
    "levels": 4,
    "gan": {"schedule": SCHEDULE, "adversarial": {"width": 4, "scales": 1, "layers": 1}},
    "encoder": {"schedule": SCHEDULE},
    "runtime": {"validation_segments": 2},
}
ANEW = StartParameters(model=None, tuned=True)
MANIFEST = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d"],
        "key": ["ka", "kb", "kc", "kd"],
        "split": ["train", "validation", "test", "train"],
        "error": [None, None, None, "SilentAudioError: nothing"],
        "frames": [300.0, 200.0, 200.0, np.nan],
    }
)


def refuse() -> NoReturn:
    raise AssertionError("training may not look at this utterance")


@pytest.fixture
def log_mel() -> dict[str, Callable[[], Any]]:
    def loader(frames: int, seed: int) -> Callable[[], Any]:
        draw = np.random.default_rng(seed)
        values = -10 * draw.random((frames, 128), dtype=np.float32)
        return lambda: values

    return {"a": loader(300, 0), "b": loader(200, 1), "c": refuse, "d": refuse}


def train(
    log_mel: Any, manifest: pd.DataFrame, folder: Path, start: StartParameters = ANEW
) -> tuple[SegmentModel, pd.DataFrame]:
    parameters = SegmentTrainingParameters.model_validate(VALUES)
    gan, gan_history = nodes.train_gan(log_mel, manifest, start, parameters, 1, folder)
    codec, history = nodes.train_encoder(gan, log_mel, manifest, start, parameters, 1, folder)
    return codec, nodes.join_histories(gan_history, history)


def test_training_never_hears_the_test_split(log_mel: Any, tmp_path: Path) -> None:
    codec, history = train(log_mel, MANIFEST, tmp_path)
    assert len(codec.quantiser.levels) == 4
    assert history[["stage", "epoch"]].to_dict("list") == {
        "stage": ["gan", "gan", "encoder", "encoder"],
        "epoch": [1, 2, 1, 2],
    }
    of_gan = history[history["stage"] == "gan"]
    figures = of_gan[["mse", "d_real", "d_generated", "validation_mse"]]
    assert np.isfinite(figures.to_numpy()).all()


def test_the_test_split_does_not_change_the_model(log_mel: Any, tmp_path: Path) -> None:
    first, _ = train(log_mel, MANIFEST, tmp_path / "first")
    shuffled = MANIFEST.assign(key=["ka", "kb", "another", "kd"]).iloc[::-1]
    second, _ = train(log_mel, shuffled, tmp_path / "second")
    assert (second.digest, second.training_digest) == (first.digest, first.training_digest)
    relearnt = MANIFEST.assign(key=["another", "kb", "kc", "kd"])
    third, _ = train(log_mel, relearnt, tmp_path / "third")
    assert third.training_digest != first.training_digest


def test_a_model_is_tuned(
    log_mel: Any, segment_model: SegmentModel, model_file: str, tmp_path: Path
) -> None:
    start = StartParameters(model=model_file, tuned=True)
    codec, history = train(log_mel, MANIFEST, tmp_path, start)
    assert codec.networks == segment_model.networks
    assert codec.digest != segment_model.digest
    assert history["stage"].tolist() == ["gan", "gan", "encoder", "encoder"]


def test_a_model_is_taken_as_it_is(
    segment_model: SegmentModel, model_file: str, tmp_path: Path
) -> None:
    """Without a look at the speech; there is nothing to plot, and figures of nothing."""
    start = StartParameters(model=model_file, tuned=False)
    codec, history = train(dict.fromkeys("abcd", refuse), MANIFEST, tmp_path, start)
    assert codec.digest == segment_model.digest
    assert len(history) == 0
    for plot in (nodes.plot_square_error, nodes.plot_discriminator_losses):
        assert not plot(history).axes[0].get_lines()


@pytest.fixture
def model_file(segment_model: SegmentModel, tmp_path: Path) -> str:
    path = tmp_path / "given.safetensors"
    path.write_bytes(segment_model.to_bytes())
    return str(path)


def texts(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(Text))


def test_curves_are_of_the_gan_stage() -> None:
    history = pd.DataFrame(
        {
            "stage": ["gan", "gan", "encoder"],
            "epoch": [1, 2, 1],
            "mse": [0.5, 0.25, 9.0],
            "validation_mse": [0.6, 0.3, 9.0],
            "d_real": [0.9, 0.4, np.nan],
            "d_generated": [0.8, 0.7, np.nan],
        }
    )
    square_error = nodes.plot_square_error(history)
    discriminator = nodes.plot_discriminator_losses(history)
    for figure, curves in (
        (square_error, [[0.5, 0.25], [0.6, 0.3]]),
        (discriminator, [[0.9, 0.4], [0.8, 0.7]]),
    ):
        lines = figure.axes[0].get_lines()
        assert [np.asarray(line.get_ydata()).tolist() for line in lines] == curves
        assert np.asarray(lines[0].get_xdata()).tolist() == [1, 2]
    assert "figure 9" in texts(square_error)
    assert "figure 10" in texts(discriminator)


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"gan": {"schedule": {"epoch": 3}}}, "gan.schedule.epoch"),
        ({"gan": {"ema": "slow"}}, "gan.ema"),
        ({"network": {}}, "network"),
        ({"levels": 2.5}, "levels"),
        ({"encoder": {"levels": 16}}, "encoder.levels"),
    ],
)
def test_the_key_of_a_wrong_parameter_is_named(values: dict[str, Any], key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        SegmentTrainingParameters.model_validate(values)
    assert [".".join(map(str, error["loc"])) for error in caught.value.errors()] == [key]
