"""The segment codec, which the paper describes: from log mels to its model."""

from gan_audio_compression.pipelines.segment_training.pipeline import create_pipeline

__all__ = ["create_pipeline"]
