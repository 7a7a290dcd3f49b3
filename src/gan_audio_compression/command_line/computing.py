"""What the codec of a command computes with: a model on a device, and its share of the cores."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import click

from gan_audio_compression.codec.models import UnknownModelError, model_path
from gan_audio_compression.command_line.plan import Job
from gan_audio_compression.command_line.reporting import configure_logging
from gan_audio_compression.errors import GanAudioCompressionError

if TYPE_CHECKING:
    from gan_audio_compression.codec.codec import Codec


class CodecUnavailableError(GanAudioCompressionError):
    """The model or the device cannot be used, whatever the file."""


@dataclass(frozen=True)
class Computing:
    """What the codec of a command computes with.

    Attributes:
        model: name or path.
        device: of torch.
        cores: in use at once.
        workers: processes among which they are divided; 1 is this process.
    """

    model: str
    device: str
    cores: int
    workers: int

    @classmethod
    def of(cls, jobs: Sequence[Job], model: str, device: str, threads: int | None) -> "Computing":
        """Divide the cores: to one file all, else one to each file; one process to a GPU.

        Raises:
            click.UsageError: there is no such model or model file.
        """
        try:
            model_path(model).stat()
        except UnknownModelError as error:
            raise click.UsageError(str(error)) from error
        except OSError as error:
            raise click.UsageError(
                f"the model {model} cannot be read ({error.strerror}); check its path."
            ) from error
        available = os.cpu_count() or 1
        cores = min(threads or available, available)
        return cls(model, device, cores, min(cores, len(jobs)) if device == "cpu" else 1)

    def codec(self) -> "Codec":
        """Return the codec, opened once in each process.

        Raises:
            CodecUnavailableError: it cannot be opened.
        """
        return _codec(self)


@cache
def _codec(computing: Computing) -> "Codec":
    # Threads that spin while they wait take ten times as long where another program is busy.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # Imported here: torch takes longer to start than all that --help needs.
    import torch

    from gan_audio_compression.codec.codec import Codec

    configure_logging()
    torch.set_num_threads(max(1, computing.cores // computing.workers))
    try:
        return Codec.load(computing.model, device=computing.device)
    except GanAudioCompressionError as error:
        raise CodecUnavailableError(str(error)) from error
