"""Shapes that no network can have are refused."""

from dataclasses import replace
from typing import Any

import pytest

from gan_audio_compression.networks.segment.config import SegmentConfig


@pytest.mark.parametrize("width", [8, 24, 100])
def test_width_must_be_a_multiple_of_16(width: int) -> None:
    with pytest.raises(ValueError, match=f"width is {width}; give a multiple of 16"):
        SegmentConfig(width=width)


@pytest.mark.parametrize(
    "name",
    [
        "width",
        "latent_channels",
        "discriminator_width",
        "discriminator_scales",
        "discriminator_layers",
    ],
)
def test_counts_must_be_positive(name: str) -> None:
    with pytest.raises(ValueError, match=f"networks.{name} is 0"):
        replace(SegmentConfig(), **{name: 0})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        "width",
        "latent_channels",
        "residual_blocks",
        "discriminator_width",
        "discriminator_scales",
        "discriminator_layers",
    ],
)
@pytest.mark.parametrize("value", [10**9, 16.0, "16", None])
def test_what_no_machine_can_build_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"networks.{name} is {value!r}; give"):
        replace(SegmentConfig(), **{name: value})


def test_residual_blocks_may_be_left_out() -> None:
    assert SegmentConfig(residual_blocks=0).residual_blocks == 0
    with pytest.raises(ValueError, match="residual_blocks is -1"):
        SegmentConfig(residual_blocks=-1)


def test_an_unknown_norm_is_refused() -> None:
    with pytest.raises(ValueError, match="batch"):
        SegmentConfig(norm="batch")  # type: ignore[arg-type]
