"""Which file becomes which: the inputs of a command paired with its outputs."""

import logging
import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from gan_audio_compression.command_line.folders import files_below
from gan_audio_compression.command_line.reporting import STANDARD

logger = logging.getLogger(__name__)

_STANDARD_OUTPUTS = (STANDARD, Path("/dev/stdout"))
# What names there stand for may look like files, but nothing lies beside it.
_DEVICES = (Path("/dev"), Path("/proc"))


@dataclass(frozen=True)
class FileKind:
    """Files that one command takes and the other makes, told apart by their names.

    Attributes:
        name: what messages call one.
        taken_by: the command.
        suffixes: in lower case.
    """

    name: str
    taken_by: str
    suffixes: frozenset[str]

    def has(self, path: Path) -> bool:
        """Whether a file is of this kind."""
        return path.suffix.lower() in self.suffixes


AUDIO = FileKind(
    "an audio file",
    "encode",
    frozenset(
        (
            *(".wav", ".wave", ".w64", ".rf64", ".aif", ".aiff", ".aifc", ".caf", ".au", ".snd"),
            *(".sph", ".nist", ".flac", ".ogg", ".oga", ".opus", ".mp2", ".mp3"),
        )
    ),
)
CODED = FileKind("a .gac file", "decode", frozenset((".gac",)))


@dataclass(frozen=True)
class Job:
    """One file to read and the one to write."""

    source: Path
    target: Path


@dataclass(frozen=True)
class Plan:
    """What a command is to do.

    Attributes:
        jobs: the files.
        left: files of the folders that were given which are not of the kind that is taken.
    """

    jobs: Sequence[Job]
    left: Sequence[Path] = ()


def plan(
    inputs: Sequence[Path], named: str | None, taken: FileKind, made: FileKind, new_suffix: str
) -> Plan:
    """Pair inputs with outputs.

    A file goes beside its source, or into the folder `named`, or is `named` itself where there is
    one source and `named` is no folder. What is found in a folder, at any depth and through links,
    keeps its place in the folder `named`; hidden files and folders are passed over.

    Args:
        inputs: files, folders, or "-" alone.
        named: a file, a folder (one that is to be made, by a slash at its end), "-" or None.
        taken: the files to take from folders.
        made: the files that the command makes.
        new_suffix: of outputs that are not named, in place of one that `taken` has.

    Raises:
        click.UsageError: the two do not fit together.
        InputError: a folder cannot be read.
    """
    _check_kind(inputs, named, taken, made)
    output = None if named is None else Path(named)
    if STANDARD in inputs or output in _STANDARD_OUTPUTS:
        return Plan([_standard(inputs, output)])
    sources, left = _gathered(inputs, taken, made)
    is_folder = output is not None and (os.path.isdir(output) or str(named).endswith("/"))
    if len(inputs) == 1 and not os.path.isdir(inputs[0]) and output is not None and not is_folder:
        jobs = [Job(inputs[0], output)]
    elif output is not None and os.path.exists(output) and not os.path.isdir(output):
        raise click.UsageError(f"{output} is a file; name a folder for the outputs of several.")
    else:
        jobs = [Job(file, _target(file, at, output, taken, new_suffix)) for file, at in sources]
    _check_distinct(jobs)
    for file in left:
        logger.debug("%s: left alone; %s takes no such file from a folder.", file, taken.taken_by)
    # The same file may have been given twice, such as by its name and in its folder.
    return Plan(list(dict.fromkeys(jobs)), left)


def _check_kind(inputs: Sequence[Path], named: str | None, taken: FileKind, made: FileKind) -> None:
    """Refuse inputs of the kind that the command makes."""
    for path in inputs:
        if os.path.isdir(path) or not made.has(path):
            continue
        if named is None and path == inputs[-1] != inputs[0]:
            raise click.UsageError(
                f"{path} is {made.name}, which {taken.taken_by} makes; if it is to be the output,"
                f" write -o {shlex.quote(str(path))}."
            )
        raise click.UsageError(
            f"{path} is {made.name}, which {taken.taken_by} makes and does not take;"
            f" {made.taken_by} takes it."
        )


def _standard(inputs: Sequence[Path], output: Path | None) -> Job:
    if len(inputs) != 1 or os.path.isdir(inputs[0]):
        raise click.UsageError("standard input or output stands for one file; give one input.")
    named_file = None if output in _STANDARD_OUTPUTS else output
    return Job(inputs[0], named_file or STANDARD)


def _gathered(
    inputs: Sequence[Path], taken: FileKind, made: FileKind
) -> tuple[list[tuple[Path, Path]], list[Path]]:
    """Return each file to take with its place below the folder that was given, and those to leave.

    Of what the command makes nothing is said: it lies there since the command was run before.
    """
    sources: list[tuple[Path, Path]] = []
    left: list[Path] = []
    for path in inputs:
        # Not Path.is_dir, which raises where a name is too long: opening it says so.
        if not os.path.isdir(path):
            sources.append((path, Path(path.name)))
            continue
        for file in files_below(path):
            if taken.has(file) and os.path.isfile(file):
                sources.append((file, file.relative_to(path)))
            elif not made.has(file):
                left.append(file)
    if not sources:
        raise click.UsageError(
            f"no file in {', '.join(map(str, inputs))} ends in"
            f" {' or '.join(sorted(taken.suffixes))}; name a file to take it as it is."
        )
    return sources, left


def _target(
    source: Path, place: Path, output: Path | None, taken: FileKind, new_suffix: str
) -> Path:
    if output is None and _is_device(source):
        raise click.UsageError(f"nothing can lie beside {source}; name the output with -o.")
    beside = source if output is None else output / place
    # What follows a dot may be a part of the name, such as the seconds of a time.
    if taken.has(beside):
        return beside.with_suffix(new_suffix)
    return beside.with_name(f"{beside.name}{new_suffix}")


def _is_device(source: Path) -> bool:
    """Whether a source is a pipe or a device, by itself or by where its name lies."""
    is_special = os.path.exists(source) and not os.path.isfile(source)
    return is_special or any(folder in source.absolute().parents for folder in _DEVICES)


def _check_distinct(jobs: Sequence[Job]) -> None:
    sources: dict[Path, Path] = {}
    for job in jobs:
        if _is_same(job.source, job.target):
            raise click.UsageError(f"{job.source} would replace itself; name the output with -o.")
        other = sources.setdefault(job.target, job.source)
        if other != job.source:
            raise click.UsageError(
                f"{other} and {job.source} would both become {job.target}; "
                "do them one by one, each with -o."
            )


def _is_same(source: Path, target: Path) -> bool:
    """Tell whether one would replace the other; devices, such as a terminal, are written to."""
    if os.path.exists(source) and os.path.exists(target):
        return os.path.isfile(target) and source.samefile(target)
    return source == target
