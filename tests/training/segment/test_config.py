"""The parameters of the segment codec's training: what is built and what is refused."""

import dataclasses
from typing import Any

import pytest

from gan_audio_compression.networks.segment.config import FrameConfig
from gan_audio_compression.training.segment.config import SegmentTrainingConfig


def test_a_round_trip_through_plain_values(config: SegmentTrainingConfig) -> None:
    assert SegmentTrainingConfig.from_dict(dataclasses.asdict(config)) == config


def test_what_is_not_given_keeps_its_default() -> None:
    values = {
        "networks": {"layers": "frames", "values": 8},
        "loss": {"distortion": 2.0},
        "gan": {"schedule": {"epochs": 7}, "adversarial": {"adversarial": 0.5}},
    }
    config = SegmentTrainingConfig.from_dict(values)
    default = SegmentTrainingConfig()
    assert config.networks == FrameConfig(values=8)
    assert config.gan.schedule.epochs == 7
    assert config.gan.schedule.batch == default.gan.schedule.batch
    assert config.gan.adversarial.adversarial == 0.5
    assert config.gan.adversarial.scales == default.gan.adversarial.scales
    assert (config.loss.mse, config.loss.distortion) == (default.loss.mse, 2.0)
    assert config.encoder == default.encoder
    assert SegmentTrainingConfig.from_dict({}) == default


@pytest.mark.parametrize(
    "values",
    [
        {"epochs": 3},
        {"networks": {"widht": 16}},
        {"networks": {"layers": "frames", "norm": "none"}},
        {"loss": {"l1": 1.0}},
        {"gan": {"epochs": 3}},
        {"gan": {"train_encoder": False}},
        {"gan": {"loss": {"mse": 1.0}}},
        {"gan": {"adversarial": {"mse": 1.0}}},
        {"gan": {"schedule": {"steps": 1}}},
        {"encoder": {"levels": 16}},
        {"encoder": {"schedule": {"steps": 1}}},
        {"runtime": {"gpu": True}},
    ],
    ids=str,
)
def test_an_unknown_key_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        SegmentTrainingConfig.from_dict(values)


@pytest.mark.parametrize(
    "values",
    [
        {"networks": {"width": 20}},
        {"networks": {"layers": "waves"}},
        {"levels": 1},
        {"levels": 257},
        {"loss": {"mse": -1.0}},
        {"loss": {"mse": 0.0, "distortion": 0.0}},
        {"gan": {"ema": 1.0}},
        {"gan": {"ema": -0.1}},
        {"gan": {"adversarial": {"adversarial": -0.1}}},
        {"gan": {"schedule": {"epochs": 0}}},
        {"gan": {"schedule": {"batch": 0}}},
        {"gan": {"schedule": {"steps_per_epoch": -1}}},
        {"gan": {"schedule": {"steps_per_epoch": 0}}},
        {"gan": {"schedule": {"learning_rate": 0.0}}},
        {"gan": {"schedule": {"constant": 1.5}}},
        {"runtime": {"validation_segments": 0}},
    ],
    ids=str,
)
def test_a_value_out_of_range_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        SegmentTrainingConfig.from_dict(values)
