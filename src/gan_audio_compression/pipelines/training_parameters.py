"""Parameters of trainings; the training code's own configurations know no Pydantic."""

from pydantic import RootModel

from gan_audio_compression.training.live.config import LiveTrainingConfig
from gan_audio_compression.training.magnitude.config import MagnitudeTrainingConfig
from gan_audio_compression.training.segment.config import SegmentTrainingConfig
from gan_audio_compression.training.sequence.config import SequenceTrainingConfig


class SegmentTrainingParameters(RootModel[SegmentTrainingConfig]):
    """Checks the configuration of the segment codec's training."""


class LiveTrainingParameters(RootModel[LiveTrainingConfig]):
    """Checks the configuration of the live codec's training."""


class MagnitudeTrainingParameters(RootModel[MagnitudeTrainingConfig]):
    """Checks the configuration of the training of the receiver's last network."""


class SequenceTrainingParameters(RootModel[SequenceTrainingConfig]):
    """Checks the configuration of the sequence codec's training."""
