"""What the model of every codec has: an identity, and where it computes in what precision."""

from abc import abstractmethod
from functools import cached_property
from typing import Any, ClassVar, Self

from gan_audio_compression.codec.container.header import FINGERPRINT_BYTES
from gan_audio_compression.codec.precision import Precision
from gan_audio_compression.networks.serialisation import content_digest
from gan_audio_compression.networks.stored_model import StoredModel
from gan_audio_compression.signal.loudness_match import Descent
from gan_audio_compression.signal.magnitude import Magnitudes, mel_to_magnitude


class TrainedCodec(StoredModel):
    """An encoder and a generator, frozen.

    Attributes:
        precision: in which the networks compute; weights and results are float32 all the same.
        bitrate: bits for each second of a file where none are asked for; None for as many as it
            takes.
        descent: by which the receiver matches loudness, see `signal.loudness_match`; or None.
        strategy: of a search where none is asked for.
    """

    precision: Precision
    bitrate: ClassVar[float | None]
    descent: ClassVar[Descent | None]
    strategy: ClassVar[str]

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to another process as a file: of tensors alone it takes no more than some hundreds."""
        return _reopened, (type(self), self.to_bytes(), self.device, self.precision)

    @abstractmethod
    def to(self, device: str, precision: Precision = "float32") -> Self:
        """Return a codec that computes on `device` in `precision`; this one stays as it is."""

    @property
    @abstractmethod
    def device(self) -> str:
        """Where the networks compute, such as "cpu" or "cuda:1"."""

    def magnitudes(self) -> Magnitudes:
        """Return what gives the magnitudes of one decoded recording."""
        return mel_to_magnitude

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over all weights and tables: equal digests decode alike."""
        return content_digest(self._shape(), self._weights())

    @property
    def fingerprint(self) -> bytes:
        """The first bytes of the digest, as they stand in each file."""
        return bytes.fromhex(self.digest)[:FINGERPRINT_BYTES]


def _reopened(
    kind: type[TrainedCodec], data: bytes, device: str, precision: Precision
) -> TrainedCodec:
    return kind.from_bytes(data).to(device, precision)
