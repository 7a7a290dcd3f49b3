"""A codec and a measure that are added to the bench as docs/extending.md says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from gan_audio_compression.bench.codec import CodecMissingError, Coded, Decoded, Wave
from gan_audio_compression.component import described
from gan_audio_compression.evaluation.measure import Metric, Scores


@dataclass(frozen=True)
class ToyCodec:
    """Samples of some bits that come late, behind a header of 4 bytes."""

    bits: int = 16
    delay: int = 80
    installed: bool = True
    suffix: ClassVar[str] = ".toy"
    how_to_get: ClassVar[str] = "made for this test"
    has_delay: ClassVar[bool] = True

    def version(self) -> str:
        if not self.installed:
            raise CodecMissingError("toy is not installed; install it.")
        return "toy 1"

    @property
    def recipe(self) -> Mapping[str, Any]:
        return described(self) | {"version": self.version()}

    def encode(self, speech: Wave) -> Coded:
        data = b"TOY1" + np.round(self._scale * speech).astype("<i2").tobytes()
        return Coded(data, 8 * (len(data) - 4), {"loudest": float(np.abs(speech).max())})

    def decode(self, data: bytes) -> Decoded:
        if not data.startswith(b"TOY1"):
            raise ValueError("this is no toy file; give one.")
        speech = np.frombuffer(data[4:], "<i2").astype(np.float32) / self._scale
        return Decoded(np.concatenate([np.zeros(self.delay, np.float32), speech]))

    @property
    def _scale(self) -> int:
        return (1 << (self.bits - 1)) - 1


@dataclass(frozen=True)
class ToyMeasure:
    """The largest difference of two waves, and another figure."""

    version: ClassVar[str] = "1"
    metrics: ClassVar[Mapping[str, Metric]] = {
        "largest": Metric("Largest difference", higher_is_better=False, digits=3),
        "samples": Metric("Samples", in_summary=False),
    }

    def score(self, reference: Wave, decoded: Wave) -> Scores:
        return {
            "largest": float(np.abs(reference - decoded).max()),
            "samples": float(len(reference)),
        }


def toy_entry(label: str = "Toy", **settings: Any) -> dict[str, Any]:
    """The entry of configuration that adds the codec."""
    codec = {"type": f"{ToyCodec.__module__}.ToyCodec", **settings}
    return {"label": label, "nominal_kbit_s": 256, "codec": codec}


TOY_MEASURE = {"type": f"{ToyMeasure.__module__}.ToyMeasure"}
"""The entry of configuration that adds the measure."""
