"""A listening test of the decoded speech: what it plays, and the page that runs it."""

from gan_audio_compression.pipelines.listening_test.pipeline import create_pipeline

__all__ = ["create_pipeline"]
