"""What a model has in common with every other: it is kept in one file."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Self

from torch import Tensor

from gan_audio_compression.networks.errors import DamagedModelError
from gan_audio_compression.networks.model_header import ModelMetadata, Networks
from gan_audio_compression.networks.serialisation import content_digest, from_file, to_file


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

    def to_bytes(self) -> bytes:
        """Return a safetensors file: tensors, and the configuration as JSON metadata."""
        tensors = self._tensors()
        digest = content_digest(self.networks, tensors)
        metadata = ModelMetadata(self.kind, self.networks, digest, self.training_digest)
        return to_file(metadata, tensors)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Undo `to_bytes`; the model is on the CPU.

        Raises:
            ModelFileError: as `networks.serialisation.from_file` and `open_network`.
        """
        metadata, tensors = from_file(data, cls.kind)
        try:
            return cls._from_tensors(metadata, tensors)
        except (KeyError, RuntimeError, ValueError) as error:
            raise DamagedModelError(str(error).rstrip(".")) from error

    @abstractmethod
    def _tensors(self) -> dict[str, Tensor]:
        """Return all that the model holds, by name."""

    @classmethod
    @abstractmethod
    def _from_tensors(cls, metadata: ModelMetadata, tensors: Mapping[str, Tensor]) -> Self:
        """Undo `_tensors`.

        Raises:
            DamagedModelError: a weight does not fit.
            KeyError: a tensor is missing.
            RuntimeError, ValueError: a tensor is not what the model holds.
        """
