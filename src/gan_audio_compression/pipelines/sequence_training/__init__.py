"""The sequence codec: varied speech, and from it and log mels to its model."""

from gan_audio_compression.pipelines.sequence_training.pipeline import create_pipeline

__all__ = ["create_pipeline"]
