"""Checkpoints: safetensors for the state, JSON in their metadata for the history."""

import dataclasses
import hashlib
import json
import logging
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from gan_audio_compression.audio.files import replacing
from gan_audio_compression.errors import GanAudioCompressionError

logger = logging.getLogger(__name__)

History = list[dict[str, float]]
"""One row for each epoch."""


class CheckpointError(GanAudioCompressionError):
    """A checkpoint cannot be read."""


class CheckpointStore:
    """The last checkpoint of one stage of one training run.

    Args:
        folder: where it lies.
        name: of the stage.
        digest: of everything that decides the outcome; a checkpoint of another is not used.
    """

    def __init__(self, folder: Path, name: str, digest: str) -> None:
        self.path = folder / f"{name}.safetensors"
        self._digest = digest

    def save(self, state: dict[str, Tensor], history: History) -> None:
        """Replace the checkpoint; a kill leaves the old one or the new one whole."""
        metadata = {"digest": self._digest, "history": json.dumps(history)}
        tensors = {name: value.contiguous() for name, value in state.items()}
        with replacing(self.path) as aside:
            save_file(tensors, aside, metadata)

    def load(self) -> tuple[dict[str, Tensor], History] | None:
        """Return state and history, or nothing where no checkpoint of this run lies.

        Raises:
            CheckpointError: the file that lies there is damaged.
        """
        if not self.path.exists():
            return None
        try:
            with safe_open(self.path, framework="pt") as file:
                metadata = file.metadata() or {}
                state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except SafetensorError as error:
            raise CheckpointError(
                f"The checkpoint {self.path} cannot be read ({error}); delete it to train anew."
            ) from error
        if metadata.get("digest") != self._digest:
            logger.info("%s is of another training run and will be replaced.", self.path)
            return None
        return state, json.loads(metadata["history"])


def pack(
    modules: dict[str, nn.Module], optimisers: dict[str, torch.optim.Optimizer]
) -> dict[str, Tensor]:
    """Return all weights, buffers and moments under flat names."""
    state = {
        f"{name}.{key}": value.clone()
        for name, module in modules.items()
        for key, value in module.state_dict().items()
    }
    for name, optimiser in optimisers.items():
        for index, moments in optimiser.state_dict()["state"].items():
            state |= {f"{name}.{index}.{key}": value for key, value in moments.items()}
    return state


def unpack(
    state: dict[str, Tensor],
    modules: dict[str, nn.Module],
    optimisers: dict[str, torch.optim.Optimizer],
) -> None:
    """Undo `pack`."""
    for name, module in modules.items():
        module.load_state_dict(_below(state, name))
    for name, optimiser in optimisers.items():
        moments: dict[int, dict[str, Any]] = {}
        for key, value in _below(state, name).items():
            index, moment = key.split(".")
            moments.setdefault(int(index), {})[moment] = value
        groups = optimiser.state_dict()["param_groups"]
        optimiser.load_state_dict({"state": moments, "param_groups": groups})


def _below(state: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    prefix = f"{name}."
    return {key.removeprefix(prefix): v for key, v in state.items() if key.startswith(prefix)}


def outcome_digest(*parts: object) -> str:
    """Return SHA-256 (hex) of the digests and configurations that decide an outcome."""
    plain = [dataclasses.asdict(p) if dataclasses.is_dataclass(p) else p for p in parts]  # type: ignore[arg-type]
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
