"""Does a command's files, one by one or several at once, and says how it went."""

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

from gan_audio_compression.command_line.computing import CodecUnavailableError, Computing
from gan_audio_compression.command_line.interrupts import leave_hangup_to_parent
from gan_audio_compression.command_line.plan import Job, Plan
from gan_audio_compression.command_line.processes import Processes
from gan_audio_compression.command_line.progress import progress
from gan_audio_compression.command_line.reporting import about, named, unforeseen
from gan_audio_compression.command_line.standard import source_file, target_file
from gan_audio_compression.compute.inline import InlineEngine
from gan_audio_compression.errors import GanAudioCompressionError

if TYPE_CHECKING:
    from gan_audio_compression.codec.codec import Codec, Coded

logger = logging.getLogger(__name__)


class Task(Protocol):
    """What a command does to each file; it can be sent to a worker process."""

    @property
    def computing(self) -> Computing:
        """With what its codec computes."""
        ...

    @property
    def force(self) -> bool:
        """Whether files that exist are replaced."""
        ...

    def apply(self, codec: "Codec", job: Job, source: BinaryIO, target: BinaryIO) -> "Coded":
        """Do one file, whose source and target are open."""
        ...


@dataclass(frozen=True)
class Failure:
    """Why a file was not done.

    Attributes:
        message: for the user.
        of_all: the others would fail alike.
    """

    message: str
    of_all: bool = False


def run(task: Task, planned: Plan, *, verb: str, debug: bool) -> int:
    """Do all jobs, each on its own, and log a summary.

    Args:
        task: what to do.
        planned: the files.
        verb: what is done to them, such as "encoded".
        debug: let the first error end everything, with its traceback.

    Returns:
        The exit code: 0, or 1 where an input failed or part of it was lost.

    Raises:
        CodecUnavailableError: the codec cannot be opened.
    """
    start = time.perf_counter()
    jobs = planned.jobs
    done = _done(jobs, (do(task, job) for job in jobs) if debug else _results(task, jobs))
    failed = len(jobs) - len(done)
    if done or len(jobs) > 1:
        summary = _summary(done, failed, len(planned.left), verb)
        logger.info("%s; took %.1f s.", summary, time.perf_counter() - start)
    return int(failed > 0 or not all(one.is_whole for one in done))


def do(task: Task, job: Job) -> "Coded":
    """Do one job.

    Raises:
        CodecUnavailableError: the codec cannot be opened.
        GanAudioCompressionError: this file cannot be done.
    """
    # The files come first: what is wrong with them is told before PyTorch has started.
    with source_file(job.source) as source, target_file(job.target, task.force) as target:
        codec = task.computing.codec()
        with about(job.source):
            return task.apply(codec, job, source, target)


def attempt(task: Task, job: Job) -> "Coded | Failure":
    """Do one job; errors become messages where they arise, maybe in a worker process."""
    leave_hangup_to_parent()
    try:
        return do(task, job)
    except GanAudioCompressionError as error:
        return Failure(str(error), of_all=isinstance(error, CodecUnavailableError))
    except Exception as error:
        return Failure(named(job.source, unforeseen(error)))


def _results(task: Task, jobs: Sequence[Job]) -> "Iterable[Coded | Failure | None]":
    """Yield what became of each job; None where its worker process died, which is logged."""
    workers = task.computing.workers
    engine = Processes(workers) if workers > 1 else InlineEngine()
    outcomes = engine.map(attempt, ((str(job.source), job) for job in jobs), task)
    for outcome in progress(outcomes, len(jobs), "file", hidden=len(jobs) == 1):
        yield outcome.value


def _done(jobs: Sequence[Job], results: "Iterable[Coded | Failure | None]") -> "list[Coded]":
    """Return what was done and log the rest."""
    done = []
    for job, result in zip(jobs, results, strict=True):
        if isinstance(result, Failure):
            if result.of_all:
                raise CodecUnavailableError(result.message)
            logger.error("%s", result.message)
        elif result is not None:
            done.append(result)
            with about(job.source):
                logger.debug("%s has %s.", job.target, _amount([result]))
    return done


def _summary(done: "Sequence[Coded]", failed: int, left: int, verb: str) -> str:
    parts = [f"{_files(len(done))} {verb}"]
    in_part = sum(not one.is_whole for one in done)
    if in_part:
        parts.append(f"{in_part} only in part")
    if failed:
        parts.append(f"{failed} failed")
    if left:
        parts.append(f"{_files(left)} left alone (-v names them)")
    if done:
        parts.append(_amount(done))
    return ", ".join(parts)


def _amount(coded: "Sequence[Coded]") -> str:
    seconds = sum(one.seconds for one in coded)
    lost = sum(one.lost for one in coded)
    size = sum(one.size for one in coded)
    loss = f", {lost:.2f} s of them lost" if lost else ""
    return f"{seconds:.2f} s of audio{loss}, {size} bytes, {8 * size / seconds / 1000:.2f} kbit/s"


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"
