"""What the codec of a command computes with: a model, a device and some processors."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import click

from gan_audio_compression.codec.models import UnknownModelError, model_path
from gan_audio_compression.command_line.plan import Job
from gan_audio_compression.command_line.reporting import configure_logging
from gan_audio_compression.compute.processors import usable_processors
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
        workers: processes among which files are divided; 1 is this process.
    """

    model: str
    device: str
    workers: int

    @classmethod
    def of(cls, jobs: Sequence[Job], model: str, device: str, threads: int | None) -> "Computing":
        """Give each file a processor, and all files a GPU.

        Args:
            jobs: the files.
            model, device: see above.
            threads: the most processors to use; None for all that there are.

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
        usable = usable_processors()
        workers = min(threads or usable, usable, len(jobs))
        return cls(model, device, workers if device == "cpu" else 1)

    def codec(self) -> "Codec":
        """Return the codec, opened once in each process.

        Raises:
            CodecUnavailableError: it cannot be opened.
        """
        return _codec(self)


@cache
def _codec(computing: Computing) -> "Codec":
    # Imported here: PyTorch takes longer to start than all that --help needs.
    from gan_audio_compression.codec.codec import Codec

    configure_logging()
    try:
        return Codec.load(computing.model, device=computing.device)
    except GanAudioCompressionError as error:
        raise CodecUnavailableError(str(error)) from error
