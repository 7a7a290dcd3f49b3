"""From .gac files to speech."""

from gan_audio_compression.pipelines.reconstruction.pipeline import create_pipeline

__all__ = ["create_pipeline"]
