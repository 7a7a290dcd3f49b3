"""The live codec: from varied speech and log mels to its model."""

from gan_audio_compression.pipelines.live_training.pipeline import create_pipeline

__all__ = ["create_pipeline"]
