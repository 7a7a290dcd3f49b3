"""The header of a model file, read without PyTorch and without the weights.

A model file is safetensors: eight bytes of length, a JSON header with one entry for each tensor,
the tensors. One entry of the header's metadata holds, as JSON again, what `ModelMetadata` says.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from gan_audio_compression.networks.errors import (
    DamagedModelError,
    NewerModelError,
    NotAModelError,
    OlderModelError,
    TruncatedModelError,
)

FORMAT = 4
METADATA_KEY = "gan_audio_compression"

_LENGTH_BYTES = 8
_LONGEST_HEADER = 1 << 20
_DIGEST_DIGITS = 64
# Before format 3 the segment codec's files said nothing of its layers; before format 4 the sequence
# codec held no latents, and some of its tensors had other names.
_FIRST_FORMAT = 3
_FIRST_FORMATS = {"sequence": 4}


@dataclass(frozen=True)
class ModelMetadata:
    """What a model file says of its tensors.

    Attributes:
        kind: of model, such as "segment".
        networks: shape of the networks, by the names of their configuration.
        digest: SHA-256 (hex) of the content, see `serialisation.content_digest`.
        training_digest: SHA-256 of what the model was trained on and how.
        settings: what a sender must know of the training.
    """

    kind: str
    networks: Mapping[str, Any]
    digest: str
    training_digest: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the metadata with the number of the format."""
        return json.dumps({"format": FORMAT} | dataclasses.asdict(self), sort_keys=True)


@dataclass(frozen=True)
class ModelHeader:
    """What the header says.

    Attributes:
        metadata: of the model.
        file_bytes: size of the whole file.
    """

    metadata: ModelMetadata
    file_bytes: int


def read_header(file: BinaryIO) -> ModelHeader:
    """Read the header of a model file, at most 1 MiB of it.

    Raises:
        NotAModelError: the file is not safetensors, or not of this program.
        TruncatedModelError: it ends within the header.
        NewerModelError: its format is above `FORMAT`.
        OlderModelError: its kind is opened from a later format on.
        DamagedModelError: the header is not what this program writes.
    """
    start = file.read(_LENGTH_BYTES + 1)
    length = int.from_bytes(start[:_LENGTH_BYTES], "little")
    if start[_LENGTH_BYTES:] != b"{" or not 2 <= length <= _LONGEST_HEADER:
        raise _not_a_model("it does not start as a safetensors file does")
    header = start[_LENGTH_BYTES:] + file.read(length - 1)
    if len(header) < length:
        raise truncated(_LENGTH_BYTES + len(header), _LENGTH_BYTES + length)
    if f'"{METADATA_KEY}"'.encode() not in header:
        raise _not_a_model("it is a safetensors file of something else")
    try:
        entries = json.loads(header)
        values = json.loads(entries.pop("__metadata__")[METADATA_KEY])
        ends = [entry["data_offsets"][1] for entry in entries.values()]
        return ModelHeader(_metadata(values), _LENGTH_BYTES + length + max(ends))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise DamagedModelError(f"its header is wrong: {error}".rstrip(".")) from error


def truncated(present: int, announced: int) -> TruncatedModelError:
    """Return the error of a file of `present` bytes that should have `announced`."""
    return TruncatedModelError(
        f"the model file ends after {present} of its {announced} bytes;"
        " download or copy the whole file again."
    )


def _metadata(values: dict[str, Any]) -> ModelMetadata:
    version = values.pop("format")
    if version > FORMAT:
        raise NewerModelError(
            f"the model file is of format {version}, this program opens up to {FORMAT};"
            " use a newer program."
        )
    if version < 1:
        raise ValueError(f"format {version} never was")
    if version < (first := _FIRST_FORMATS.get(values["kind"], _FIRST_FORMAT)):
        raise OlderModelError(
            f"the model file is of format {version}, and a codec of its kind is opened from format"
            f" {first} on; train it anew."
        )
    metadata = ModelMetadata(**values)
    texts = (metadata.kind, metadata.digest, metadata.training_digest)
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a text is none")
    if not all(isinstance(part, dict) for part in (metadata.networks, metadata.settings)):
        raise TypeError("networks and settings are no mappings")
    if len(metadata.digest) != _DIGEST_DIGITS or metadata.digest.strip("0123456789abcdef"):
        raise ValueError("the digest is no SHA-256")
    return metadata


def _not_a_model(fault: str) -> NotAModelError:
    return NotAModelError(
        f"the file is no model of this program ({fault});"
        " give one that you downloaded for it or trained with it."
    )
