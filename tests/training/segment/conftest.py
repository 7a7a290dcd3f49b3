"""A tiny network, and a training of seconds."""

import pytest

from gan_audio_compression.networks.segment.config import FrameConfig, SegmentConfig
from gan_audio_compression.training.config import (
    AdversarialConfig,
    RuntimeConfig,
    ScheduleConfig,
)
from gan_audio_compression.training.segment.config import (
    EncoderStageConfig,
    GanStageConfig,
    SegmentTrainingConfig,
)


@pytest.fixture
def networks() -> SegmentConfig:
    return FrameConfig(width=16, encoder_blocks=1, generator_blocks=1)


@pytest.fixture
def config(networks: SegmentConfig) -> SegmentTrainingConfig:
    return SegmentTrainingConfig(
        seed=3,
        networks=networks,
        levels=4,
        gan=GanStageConfig(
            schedule=ScheduleConfig(epochs=3, batch=2, steps_per_epoch=2, learning_rate=1e-3),
            adversarial=AdversarialConfig(1.0, 10.0, width=4, scales=2, layers=2),
            ema=0.5,
        ),
        encoder=EncoderStageConfig(schedule=ScheduleConfig(epochs=3, batch=2, steps_per_epoch=2)),
        runtime=RuntimeConfig(validation_segments=2),
    )
