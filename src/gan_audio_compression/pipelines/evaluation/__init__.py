"""How good the decoded speech is."""

from gan_audio_compression.pipelines.evaluation.pipeline import create_pipeline

__all__ = ["create_pipeline"]
