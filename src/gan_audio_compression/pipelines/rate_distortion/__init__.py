"""The segment codec at other rates: quality over levels, over latents, and over the search."""

from gan_audio_compression.pipelines.rate_distortion.pipeline import create_pipeline

__all__ = ["create_pipeline"]
