"""What a search gains for its time: every strategy over both codecs."""

from gan_audio_compression.pipelines.search_study.pipeline import create_pipeline

__all__ = ["create_pipeline"]
