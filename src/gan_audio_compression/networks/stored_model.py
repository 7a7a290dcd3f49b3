"""What a model has in common with every other: it is kept in one file."""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

from numpy.typing import NDArray

from gan_audio_compression.networks.errors import DamagedModelError
from gan_audio_compression.networks.live.config import LiveConfig
from gan_audio_compression.networks.model_header import ModelMetadata
from gan_audio_compression.networks.segment.config import SegmentConfig
from gan_audio_compression.networks.sequence.config import SequenceConfig
from gan_audio_compression.networks.serialisation import content_digest, from_file, to_file
from gan_audio_compression.networks.weights import Weights
from gan_audio_compression.signal.own_state import own_state

Networks = SegmentConfig | SequenceConfig | LiveConfig
"""The shape of a model's networks."""


class StoredModel(ABC):
    """Networks and what else a model holds, as arrays.

    Attributes:
        kind: of model, as its files say it.
        networks: shape of the networks.
        training_digest: SHA-256 of what the model was trained on and how.
    """

    kind: ClassVar[str]
    networks: Networks
    training_digest: str

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over all weights and tables: equal digests compute alike."""
        return content_digest(self._shape(), self._weights())

    @property
    def settings(self) -> Mapping[str, Any]:
        """What a sender must know of the training, as JSON has it."""
        return {}

    def to_bytes(self) -> bytes:
        """Return a safetensors file: arrays, and the configuration as JSON metadata."""
        weights = self._weights()
        # Not `digest`, which a subclass may keep: a training changes weights in place.
        metadata = ModelMetadata(
            self.kind,
            self._shape(),
            content_digest(self._shape(), weights),
            self.training_digest,
            self.settings,
        )
        return to_file(metadata, weights)

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to another process as a file: what is computed from the weights stays here."""
        return type(self).from_bytes, (self.to_bytes(),)

    @classmethod
    @own_state()
    def from_bytes(cls, data: bytes) -> Self:
        """Undo `to_bytes`; the model is on the CPU.

        Raises:
            ModelFileError: as `networks.serialisation.from_file` and `require_weights`; or the
                content is not what its digest says.
        """
        metadata, weights = from_file(data, cls.kind)
        try:
            model = cls._from_weights(metadata, weights)
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            raise DamagedModelError(str(error).rstrip(".")) from error
        if content_digest(model._shape(), weights) != metadata.digest:
            raise DamagedModelError("its digest differs")
        return model

    def changed(self, change: Callable[[str, NDArray[Any]], NDArray[Any]]) -> Self:
        """Return a model of what `change` makes of the name and the numbers of each array."""
        metadata, weights = from_file(self.to_bytes(), self.kind)
        return self._from_weights(metadata, {n: change(n, weight) for n, weight in weights.items()})

    def _shape(self) -> dict[str, Any]:
        """Return the shape of all networks in one order: the digest covers it, files have it."""
        return dataclasses.asdict(self.networks)

    @abstractmethod
    def _weights(self) -> dict[str, NDArray[Any]]:
        """Return all that the model holds, by the names that its files have."""

    @classmethod
    @abstractmethod
    def _from_weights(cls, metadata: ModelMetadata, weights: Weights) -> Self:
        """Undo `_weights`.

        Raises:
            DamagedModelError: a weight does not fit.
            KeyError: an array is missing.
            RuntimeError, TypeError, ValueError: something is not what the model holds.
        """
