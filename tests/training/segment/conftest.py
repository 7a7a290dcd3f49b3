"""A tiny network, and a training of seconds."""

import pytest

from gan_audio_compression.networks.segment.config import SegmentConfig
from gan_audio_compression.training.config import RuntimeConfig, ScheduleConfig
from gan_audio_compression.training.segment.config import (
    EncoderStageConfig,
    GanStageConfig,
    SegmentTrainingConfig,
)


@pytest.fixture
def networks() -> SegmentConfig:
    return SegmentConfig(
        width=16,
        residual_blocks=1,
        norm="none",
        discriminator_width=4,
        discriminator_scales=2,
        discriminator_layers=2,
    )


@pytest.fixture
def config(networks: SegmentConfig) -> SegmentTrainingConfig:
    return SegmentTrainingConfig(
        seed=3,
        networks=networks,
        gan=GanStageConfig(
            schedule=ScheduleConfig(epochs=3, batch=2, steps_per_epoch=2, learning_rate=1e-3),
            ema=0.5,
        ),
        encoder=EncoderStageConfig(
            schedule=ScheduleConfig(epochs=3, batch=2, steps_per_epoch=2), levels=4
        ),
        runtime=RuntimeConfig(validation_segments=2),
    )
