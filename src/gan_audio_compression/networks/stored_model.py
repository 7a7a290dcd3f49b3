"""What a model has in common with every other: it is kept in one file."""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from torch import Tensor

from gan_audio_compression.networks.errors import DamagedModelError
from gan_audio_compression.networks.model_header import ModelMetadata
from gan_audio_compression.networks.segment.config import SegmentConfig
from gan_audio_compression.networks.sequence.config import SequenceConfig
from gan_audio_compression.networks.serialisation import content_digest, from_file, to_file
from gan_audio_compression.signal.torch_state import own_torch_state

Networks = SegmentConfig | SequenceConfig
"""The shape of a model's networks."""


class StoredModel(ABC):
    """Networks and what else a model holds, as tensors.

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
        return content_digest(self._shape(), self._tensors())

    @property
    def settings(self) -> Mapping[str, Any]:
        """What a sender must know of the training, as JSON has it."""
        return {}

    def to_bytes(self) -> bytes:
        """Return a safetensors file: tensors, and the configuration as JSON metadata."""
        tensors = self._tensors()
        # Not `digest`, which a subclass may keep: a training changes weights in place.
        metadata = ModelMetadata(
            self.kind,
            self._shape(),
            content_digest(self._shape(), tensors),
            self.training_digest,
            self.settings,
        )
        return to_file(metadata, tensors)

    @classmethod
    @own_torch_state()
    def from_bytes(cls, data: bytes) -> Self:
        """Undo `to_bytes`; the model is on the CPU.

        Raises:
            ModelFileError: as `networks.serialisation.from_file` and `open_network`; or the content
                is not what its digest says.
        """
        metadata, tensors = from_file(data, cls.kind)
        try:
            model = cls._from_tensors(metadata, tensors)
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            raise DamagedModelError(str(error).rstrip(".")) from error
        if content_digest(model._shape(), tensors) != metadata.digest:
            raise DamagedModelError("its digest differs")
        return model

    def _shape(self) -> dict[str, Any]:
        """Return the shape of all networks in one order: the digest covers it, files have it."""
        return dataclasses.asdict(self.networks)

    @abstractmethod
    def _tensors(self) -> dict[str, Tensor]:
        """Return all that the model holds, by the names that its files have."""

    @classmethod
    @abstractmethod
    def _from_tensors(cls, metadata: ModelMetadata, tensors: Mapping[str, Tensor]) -> Self:
        """Undo `_tensors`.

        Raises:
            DamagedModelError: a weight does not fit.
            KeyError: a tensor is missing.
            RuntimeError, TypeError, ValueError: something is not what the model holds.
        """
