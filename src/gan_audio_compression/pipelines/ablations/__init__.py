"""Ablations of the sequence codec: what each part of it is worth."""

from gan_audio_compression.pipelines.ablations.pipeline import create_pipeline

__all__ = ["create_pipeline"]
