"""Runs the command-line programs of codecs on temporary files."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gan_audio_compression.bench.codec import CodecFailedError, CodecMissingError

# Coding an hour of speech takes a minute.
_TIMEOUT = 600.0


@dataclass(frozen=True)
class Program:
    """A program that turns one file into another.

    Attributes:
        name: what it is called on the command line.
        package: the package of Debian and Homebrew that has it.
    """

    name: str
    package: str

    @property
    def how_to_get(self) -> str:
        """Which package to install, see `BenchCodec.how_to_get`."""
        return f"Debian package {self.package}"

    def convert(
        self, options: Sequence[str], source: bytes, source_name: str, target_name: str
    ) -> bytes:
        """Run `name options source target` in a temporary folder, and return the target.

        Args:
            options: what stands before the names of the two files.
            source: content of the source.
            source_name: name of the source; by its suffix the program may know what it is.
            target_name: name of the target, likewise.

        Raises:
            CodecMissingError: the program is not installed.
            CodecFailedError: it failed, took too long or wrote nothing.
        """
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            source_path, target_path = Path(folder, source_name), Path(folder, target_name)
            source_path.write_bytes(source)
            self._run([*options, str(source_path), str(target_path)])
            if not target_path.is_file():
                raise CodecFailedError(f"{self.name} wrote no file; check its input.")
            return target_path.read_bytes()

    def first_line(self, *arguments: str) -> str:
        """The first line that it prints when it is run with `arguments`.

        Raises:
            CodecMissingError: the program is not installed.
            CodecFailedError: it failed or took too long.
        """
        return self._run(arguments).stdout.decode(errors="replace").partition("\n")[0].strip()

    def path(self) -> str:
        """Where it is.

        Raises:
            CodecMissingError: the program is not installed.
        """
        path = shutil.which(self.name)
        if path is None:
            raise CodecMissingError(
                f"{self.name} is not installed; install {self.package}, the name of its package"
                " in Debian, Ubuntu and Homebrew."
            )
        return path

    def _run(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
        command = [self.path(), *arguments]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_TIMEOUT
            )
        except subprocess.TimeoutExpired as error:
            raise CodecFailedError(
                f"{self.name} did not end within {_TIMEOUT:.0f} s; give it less speech."
            ) from error
        except OSError as error:
            raise CodecFailedError(
                f"{self.name} could not be run ({error.strerror}); install it again."
            ) from error
        if done.returncode != 0:
            said = " ".join(done.stderr.decode(errors="replace").split())
            raise CodecFailedError(
                f"{self.name} ended with status {done.returncode} ({said or 'without a word'});"
                " check its input."
            )
        return done
