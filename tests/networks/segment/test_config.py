"""Shapes that no network can have are refused."""

from dataclasses import asdict, replace
from typing import Any

import pytest

from gan_audio_compression.networks.segment.config import (
    FrameConfig,
    ImageConfig,
    SegmentConfig,
    segment_config,
    with_latents,
)

COUNTS = [
    (ImageConfig(), "width"),
    (ImageConfig(), "latent_channels"),
    (FrameConfig(), "width"),
    (FrameConfig(), "encoder_blocks"),
    (FrameConfig(), "generator_blocks"),
    (FrameConfig(), "values"),
]


@pytest.mark.parametrize("width", [8, 24, 100])
def test_width_of_images_must_be_a_multiple_of_16(width: int) -> None:
    with pytest.raises(ValueError, match=f"width is {width}; give a multiple of 16"):
        ImageConfig(width=width)


@pytest.mark.parametrize(("config", "name"), COUNTS)
def test_counts_must_be_positive(config: SegmentConfig, name: str) -> None:
    with pytest.raises(ValueError, match=f"networks.{name} is 0"):
        replace(config, **{name: 0})  # type: ignore[arg-type]


@pytest.mark.parametrize(("config", "name"), [*COUNTS, (ImageConfig(), "residual_blocks")])
@pytest.mark.parametrize("value", [10**9, 16.0, "16", None, True])
def test_what_no_machine_can_build_is_refused(config: SegmentConfig, name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"networks.{name} is {value!r}; give"):
        replace(config, **{name: value})


def test_residual_blocks_may_be_left_out() -> None:
    assert ImageConfig(residual_blocks=0).residual_blocks == 0
    with pytest.raises(ValueError, match="residual_blocks is -1"):
        ImageConfig(residual_blocks=-1)


def test_an_unknown_norm_is_refused() -> None:
    with pytest.raises(ValueError, match="batch"):
        ImageConfig(norm="batch")  # type: ignore[arg-type]


@pytest.mark.parametrize("config", [ImageConfig(width=32), FrameConfig(values=8)])
def test_a_shape_comes_back_from_plain_values(config: SegmentConfig) -> None:
    assert segment_config(asdict(config)) == config


def test_values_without_layers_are_of_images() -> None:
    assert segment_config({"width": 32}) == ImageConfig(width=32)
    assert segment_config({"layers": "frames", "width": 20}) == FrameConfig(width=20)


@pytest.mark.parametrize(
    "values",
    [
        {"widht": 16},
        {"encoder_blocks": 1},
        {"layers": "frames", "norm": "none"},
        {"layers": "images", "values": 16},
    ],
    ids=str,
)
def test_a_key_that_a_shape_has_not_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        segment_config(values)


@pytest.mark.parametrize("layers", ["waves", None, 2, ["frames"]])
def test_layers_that_there_are_not_are_refused(layers: Any) -> None:
    with pytest.raises(ValueError, match=r"networks.layers is .*; give images or frames"):
        segment_config({"layers": layers})


@pytest.mark.parametrize("latents", [64, 128, 512, 1024])
@pytest.mark.parametrize("config", [ImageConfig(width=32), FrameConfig(width=32)])
def test_a_shape_with_other_latents_is_else_the_same(config: SegmentConfig, latents: int) -> None:
    changed = with_latents(config, latents)
    assert changed.positions * changed.columns == latents
    assert with_latents(changed, config.positions * config.columns) == config


@pytest.mark.parametrize("latents", [-64, 0, 32, 100, 1 << 20])
@pytest.mark.parametrize("config", [ImageConfig(), FrameConfig()])
def test_latents_that_no_segment_has_are_refused(config: SegmentConfig, latents: int) -> None:
    with pytest.raises(ValueError, match=r"give a (multiple of 64|whole number)"):
        with_latents(config, latents)
