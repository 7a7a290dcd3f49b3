"""How loops run in tests of nodes."""

from typing import Any

from gan_audio_compression.compute.parameters import ComputeParameters

_ENGINES: dict[str, dict[str, Any]] = {
    "inline": {"type": "gan_audio_compression.compute.inline.InlineEngine"},
    "processes": {"type": "gan_audio_compression.compute.dask.DaskEngine", "workers": 1},
}

INLINE = ComputeParameters(engine="inline", engines=_ENGINES)
PROCESSES = ComputeParameters(engine="processes", engines=_ENGINES)
