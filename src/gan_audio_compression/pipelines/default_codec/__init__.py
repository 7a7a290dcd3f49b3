"""The codec over time, in the making: trained, coded at several rates, compared."""

from gan_audio_compression.pipelines.default_codec.pipeline import create_pipeline

__all__ = ["create_pipeline"]
