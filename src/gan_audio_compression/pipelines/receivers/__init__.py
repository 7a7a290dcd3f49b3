"""Receivers of the default codec compared: Griffin-Lim and the waveform head."""

from gan_audio_compression.pipelines.receivers.pipeline import create_pipeline

__all__ = ["create_pipeline"]
