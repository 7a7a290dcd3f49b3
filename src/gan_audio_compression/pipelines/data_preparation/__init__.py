"""From a corpus to its manifest, speech and log mel spectrograms."""

from gan_audio_compression.pipelines.data_preparation.pipeline import create_pipeline

__all__ = ["create_pipeline"]
