"""Audio that libsndfile does not know, decoded by the program ffmpeg where it is installed."""

import contextlib
import io
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from typing import BinaryIO, cast

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from gan_audio_compression.audio.errors import UnreadableAudioError
from gan_audio_compression.audio.formats.find import find_part
from gan_audio_compression.audio.formats.part import Source
from gan_audio_compression.audio.formats.tags import skip_tags
from gan_audio_compression.audio.kept_pipe import KeptPipe
from gan_audio_compression.audio.recording import CUT, Recording

SUFFIXES = frozenset(
    (
        *(".3ga", ".3gp", ".aac", ".ac3", ".amr", ".ape", ".asf", ".avi", ".awb", ".flv", ".m4a"),
        *(".m4b", ".m4v", ".mka", ".mkv", ".mov", ".mp4", ".mpc", ".mpeg", ".mpg", ".ra", ".spx"),
        *(".tta", ".webm", ".wma", ".wmv", ".wv"),
    )
)
"""Of files that ffmpeg reads and libsndfile does not."""

# A file by its name can be sought in; its format may name no others, such as over the network.
_INPUT = "file:/dev/stdin"
_ARGUMENTS = (
    *("-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file"),
    *("-i", _INPUT, "-map", "0:a:0", "-codec:a", "pcm_f32le", "-f", "wav", "pipe:1"),
)
_LONGEST_MESSAGE = 4096
_BLOCK = 1 << 16


def is_installed() -> bool:
    """Whether there is an ffmpeg to be called."""
    return shutil.which("ffmpeg") is not None


class FfmpegRecording:
    """The samples of a file's first stream of audio; as `Recording`, and ffmpeg runs meanwhile.

    Attributes:
        sample_rate: in Hz.
        channels: number of channels.
        rewindable: each call of `blocks` begins anew.
        losses: what the last pass could not read, a sentence each.
    """

    rewindable = True

    def __init__(self, source: Source, start: int, resources: contextlib.ExitStack) -> None:
        """Read the header of a file that begins at `start`.

        Raises:
            UnreadableAudioError: ffmpeg cannot decode it.
        """
        # ffmpeg says nothing of Ogg that is cut.
        part = find_part(source, skip_tags(source, start))
        self._is_cut = part is not None and part.is_cut
        self._resources = resources
        self._file = _file_of_its_own(source, start, resources)
        self.losses: list[str] = []
        with self._decoding() as (_, recording):
            self.sample_rate = recording.sample_rate
            self.channels = recording.channels

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Yield [n, channels] samples, at most 65536 at a time."""
        with self._decoding() as (process, recording):
            yield from recording.blocks()
            complaint = process.complaint()
        self.losses = [CUT] if self._is_cut else []
        if complaint:
            self.losses.append(f"Some of the audio could not be decoded (ffmpeg: {complaint}).")

    @contextlib.contextmanager
    def _decoding(self) -> Iterator[tuple["_Process", Recording]]:
        with contextlib.ExitStack() as resources:
            process = _Process(self._file, resources)
            # A pass that is given up ends at the latest with the reader.
            self._resources.callback(process.kill)
            try:
                recording = Recording(KeptPipe(process.output, resources))
            except sf.LibsndfileError as error:
                raise UnreadableAudioError(
                    f"This is not readable audio (ffmpeg: {process.complaint()}); give a whole "
                    "file, or one in another format."
                ) from error
            yield process, recording


class _Process:
    """ffmpeg at work on a file; it ends with `resources`.

    Attributes:
        output: WAV, as it is decoded.
    """

    def __init__(self, file: BinaryIO, resources: contextlib.ExitStack) -> None:
        # Some systems open standard input anew where it stands.
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        self._messages = tempfile.TemporaryFile()  # noqa: SIM115
        resources.enter_context(self._messages)
        self._process = resources.enter_context(
            subprocess.Popen(
                ("ffmpeg", *_ARGUMENTS), stdin=file, stdout=subprocess.PIPE, stderr=self._messages
            )
        )
        resources.callback(self.kill)
        self.output = cast(BinaryIO, self._process.stdout)

    def kill(self) -> None:
        """End it, if it has not ended."""
        self._process.kill()

    def complaint(self) -> str:
        """Return what it complains of first, once it has ended; nothing if all is well."""
        code = self._process.wait()
        self._messages.seek(0)
        said = self._messages.read(_LONGEST_MESSAGE).decode(errors="replace").strip()
        first = re.sub(rf"^(\[[^\]]*\] )?({_INPUT}: )?", "", said.partition("\n")[0]).rstrip(". ")
        return first or (f"exit code {code}" if code else "")


def _file_of_its_own(source: Source, start: int, resources: contextlib.ExitStack) -> BinaryIO:
    """Return a file of the system that begins with the audio; a copy where `source` is none."""
    if start == 0 and isinstance(source, io.BufferedReader) and isinstance(source.raw, io.FileIO):
        return source
    copy = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115
    resources.enter_context(copy)
    source.seek(start)
    while data := source.read(_BLOCK):
        copy.write(data)
    copy.flush()
    return copy
