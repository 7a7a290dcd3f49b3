"""Parameters of training."""

from pydantic import RootModel

from gan_audio_compression.training.config import TrainingConfig


class TrainingParameters(RootModel[TrainingConfig]):
    """Checks the training core's own configuration, which knows no Pydantic."""
