"""What new ratings of listeners change: their evaluation, table 3 and the report."""

from gan_audio_compression.pipelines.listening_results.pipeline import create_pipeline

__all__ = ["create_pipeline"]
