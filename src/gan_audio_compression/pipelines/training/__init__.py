"""From log mel spectrograms to the trained codec."""

from gan_audio_compression.pipelines.training.pipeline import create_pipeline

__all__ = ["create_pipeline"]
