"""What the pipelines of the bench share: the models that its codecs take, and all its systems."""

from gan_audio_compression.bench.entries import Bench
from gan_audio_compression.evaluation.systems import CEILINGS, System

MODELS = ("segment_model", "sequence_model", "transform_model")
"""Datasets that an entry of the bench may name as its model."""


def systems_of(bench: Bench) -> tuple[System, ...]:
    """Return all systems in the order of tables: speech that no codec made, then the codecs."""
    codecs = (
        System(key, entry.label, entry.nominal_kbit_s, entry.paper, entry.family)
        for key, entry in bench.root.items()
    )
    return (*CEILINGS, *codecs)
