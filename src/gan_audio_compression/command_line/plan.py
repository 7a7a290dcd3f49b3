"""Which file becomes which: the inputs of a command paired with its outputs."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from gan_audio_compression.command_line.reporting import STANDARD

AUDIO_SUFFIXES = frozenset(
    (
        *(".wav", ".wave", ".w64", ".rf64", ".aif", ".aiff", ".aifc", ".caf", ".au", ".snd"),
        *(".sph", ".nist", ".flac", ".ogg", ".oga", ".opus", ".mp2", ".mp3"),
    )
)
"""Of the files that are encoded where a folder is given."""

CODED_SUFFIX = ".gac"


@dataclass(frozen=True)
class Job:
    """One file to read and the one to write."""

    source: Path
    target: Path


def plan(
    inputs: Sequence[Path], named: str | None, suffixes: Collection[str], new_suffix: str
) -> list[Job]:
    """Pair inputs with outputs.

    A file goes beside its source, or into the folder `named`, or is `named` itself where there is
    one source and `named` is no folder. What is found in a folder, at any depth, keeps its place
    in the folder `named`.

    Args:
        inputs: files, folders, or "-" alone.
        named: a file, a folder (one that is to be made, by a slash at its end), "-" or None.
        suffixes: of the files to take from folders, in lower case.
        new_suffix: of outputs that are not named.

    Raises:
        click.UsageError: the two do not fit together.
    """
    output = None if named is None else Path(named)
    if STANDARD in inputs or output == STANDARD:
        return [_standard(inputs, output)]
    sources = [pair for path in inputs for pair in _found(path, suffixes)]
    if not sources:
        folders = ", ".join(map(str, inputs))
        raise click.UsageError(f"there is no {' or '.join(sorted(suffixes))} file in {folders}.")
    is_folder = output is not None and (os.path.isdir(output) or str(named).endswith("/"))
    if len(inputs) == 1 and not os.path.isdir(inputs[0]) and output is not None and not is_folder:
        jobs = [Job(inputs[0], output)]
    elif output is not None and os.path.exists(output) and not os.path.isdir(output):
        raise click.UsageError(f"{output} is a file; name a folder for the outputs of several.")
    else:
        jobs = [Job(source, _target(source, at, output, new_suffix)) for source, at in sources]
    _check_distinct(jobs)
    # The same file may have been given twice, such as by its name and in its folder.
    return list(dict.fromkeys(jobs))


def _standard(inputs: Sequence[Path], output: Path | None) -> Job:
    if len(inputs) != 1 or os.path.isdir(inputs[0]):
        raise click.UsageError("standard input or output stands for one file; give one input.")
    return Job(inputs[0], STANDARD if output is None else output)


def _found(path: Path, suffixes: Collection[str]) -> list[tuple[Path, Path]]:
    """Return each file to take, and its place below the folder that was given."""
    # Not Path.is_dir, which raises where a name is too long: opening it says so.
    if not os.path.isdir(path):
        return [(path, Path(path.name))]
    return [
        (file, file.relative_to(path))
        for file in sorted(path.rglob("*"))
        if file.suffix.lower() in suffixes and os.path.isfile(file)
    ]


def _target(source: Path, place: Path, output: Path | None, new_suffix: str) -> Path:
    beside = source if output is None else output / place
    return beside.with_suffix(new_suffix)


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
