"""The phone recogniser: posteriors of a network, decoded with a bigram of the phones.

A hybrid of network and hidden Markov models (Bourlard and Morgan, 1994): posterior over prior
stands for the likelihood of a frame.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from gan_audio_compression.corpus.phones import fold_phones
from gan_audio_compression.evaluation.phones.decoding import best_phones
from gan_audio_compression.evaluation.phones.errors import (
    RecogniserFileError,
    UnusableSpeechError,
)
from gan_audio_compression.evaluation.phones.features import log_mel, normalised
from gan_audio_compression.evaluation.phones.network import STATES, PhoneNetwork

FORMAT = 1
_METADATA_KEY = "gan_audio_compression"
_KIND = "phone_recogniser"

# Chosen by leaving training speakers out; the error is flat around it.
_PRIOR_WEIGHT = 0.3

# Longer speech goes through the network in pieces of 30 s.
_PIECE_FRAMES = 3000


@dataclass(frozen=True, eq=False)
class PhoneRecogniser:
    """Recognises the phones of speech; made by `train_recogniser`.

    Attributes:
        classes: the phones that it can tell apart.
        network: in evaluation mode, with 3 states for each class.
        log_priors: of the states in the training speech, [classes * 3].
        log_bigram: of one class after another, [classes, classes].
    """

    classes: tuple[str, ...]
    network: PhoneNetwork
    log_priors: Tensor
    log_bigram: Tensor

    @torch.inference_mode()
    def recognise(self, speech: NDArray[np.float32]) -> list[str]:
        """Return the phones in `speech` [n], mono at 16 kHz and any level.

        They are folded as `corpus.phones.fold_phones` does; none where there is no sample.

        Raises:
            UnusableSpeechError: the speech is not mono, or a sample is not finite.
        """
        if speech.ndim != 1 or not np.isfinite(speech).all():
            raise UnusableSpeechError(
                f"The speech of shape {speech.shape} is not mono or not finite;"
                " give finite samples in one dimension."
            )
        if speech.size == 0:
            return []
        features = normalised(log_mel(torch.from_numpy(speech.astype(np.float32))))
        pieces = [self.network(piece).log_softmax(1) for piece in features.split(_PIECE_FRAMES)]
        scores = torch.cat(pieces) - _PRIOR_WEIGHT * self.log_priors
        path = best_phones(
            scores.view(-1, len(self.classes), STATES).numpy(), self.log_bigram.numpy()
        )
        return fold_phones(self.classes[place] for place in path)

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over the classes and all numbers."""
        return _content_digest(self.classes, self._tensors())

    def to_bytes(self) -> bytes:
        """Return the recogniser as a safetensors file."""
        metadata = {
            "format": FORMAT,
            "kind": _KIND,
            "classes": self.classes,
            "digest": self.digest,
        }
        # One entry: safetensors writes several in random order.
        return save(self._tensors(), {_METADATA_KEY: json.dumps(metadata, sort_keys=True)})

    @classmethod
    def from_bytes(cls, data: bytes) -> "PhoneRecogniser":
        """Undo `to_bytes`.

        Raises:
            RecogniserFileError: the bytes are no recogniser, or not as they were written.
        """
        try:
            metadata = _metadata(data)
            tensors = load(data)
            if (metadata["kind"], metadata["format"]) != (_KIND, FORMAT):
                raise ValueError(f"it is a {metadata['kind']} of format {metadata['format']}")
            classes = tuple(metadata["classes"])
            if _content_digest(classes, tensors) != metadata["digest"]:
                raise ValueError("its digest differs")
            priors, bigram = tensors.pop("log_priors"), tensors.pop("log_bigram")
            network = PhoneNetwork(len(classes))
            network.load_state_dict(tensors)
        except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise RecogniserFileError(
                "The file is no phone recogniser of this program or is damaged"
                f" ({error}); train it again."
            ) from error
        return cls(classes, network.eval(), priors, bigram)

    def _tensors(self) -> dict[str, Tensor]:
        own = {"log_priors": self.log_priors, "log_bigram": self.log_bigram}
        return self.network.state_dict() | own


def _metadata(data: bytes) -> dict[str, Any]:
    """Parse the one metadata entry; a safetensors file starts with its header's length, 8 bytes."""
    end = 8 + int.from_bytes(data[:8], "little")
    metadata: dict[str, Any] = json.loads(json.loads(data[8:end])["__metadata__"][_METADATA_KEY])
    return metadata


def _content_digest(classes: tuple[str, ...], tensors: Mapping[str, Tensor]) -> str:
    state = hashlib.sha256(json.dumps(classes).encode())
    for name, tensor in sorted(tensors.items()):
        state.update(name.encode())
        state.update(tensor.contiguous().numpy().tobytes())
    return state.hexdigest()
