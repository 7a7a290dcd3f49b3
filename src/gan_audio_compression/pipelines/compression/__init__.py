"""From speech to .gac files."""

from gan_audio_compression.pipelines.compression.pipeline import create_pipeline

__all__ = ["create_pipeline"]
