"""The codec over time: varied speech, and training on it."""

from gan_audio_compression.pipelines.default_codec.pipeline import create_pipeline

__all__ = ["create_pipeline"]
