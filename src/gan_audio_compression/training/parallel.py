"""Training by several processes, each on a device of its own, that keep equal weights.

Every process makes the same step on its part of the batch; the gradients' mean over the processes
is that of the whole batch. One place in each step, `optimiser.descend`, averages them.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import uuid4

import torch
from torch import Tensor, distributed, nn

from gan_audio_compression.errors import GanAudioCompressionError

Result = TypeVar("Result")


class TrainingProcessError(GanAudioCompressionError):
    """A process of a training has ended before its time."""


def place() -> tuple[int, int]:
    """Return the number of this process, from 0, and how many train together."""
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    return 0, 1


def is_first() -> bool:
    """Whether this is the process that saves and reports."""
    return place()[0] == 0


def part(whole: Tensor) -> Tensor:
    """Return this process's part of something that all have drawn alike, [B, ...]."""
    rank, world = place()
    return whole[rank::world]


def average_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Replace gradients by their mean over the processes."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    if place()[1] == 1 or not gradients:
        return
    # One message, not one for each of hundreds of small tensors.
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    flat = mean_over_processes(flat)
    sizes = [gradient.numel() for gradient in gradients]
    for gradient, mean in zip(gradients, flat.split(sizes), strict=True):
        gradient.copy_(mean.view_as(gradient))


def mean_over_processes(values: Tensor) -> Tensor:
    """Return the mean of a tensor over the processes; where one has no number, all get none."""
    world = place()[1]
    if world > 1:
        distributed.all_reduce(values)
        values = values / world
    return values


@contextmanager
def first_alone() -> Iterator[None]:
    """Let the first process do what is below, then the others, who find it done."""
    if not is_first():
        distributed.barrier()
    yield
    if is_first() and place()[1] > 1:
        distributed.barrier()


@contextmanager
def together(device: str) -> Iterator[None]:
    """Join the processes that `torchrun` or `trained` has started; alone, do nothing.

    Args:
        device: of the training; of several GPUs each process takes its own.
    """
    if "RANK" not in os.environ:
        yield
        return
    if device.startswith("cuda"):
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield
        distributed.barrier()
    finally:
        distributed.destroy_process_group()


def trained(count: int, device: str, train: Callable[[], Result]) -> Result:
    """Return what `train()` gives, which so many processes of this machine have done.

    Args:
        count: of processes; 1 for this one alone.
        device: of the training; of several GPUs each process takes its own.
        train: can be sent to other processes, such as a partial function. It keeps checkpoints and
            does nothing again that is done, so that this process finds there what the others did.

    Raises:
        TrainingProcessError: a process was killed or has raised an error; the others are ended.
    """
    if count > 1:
        _in_processes(count, device, train)
    return train()


def _in_processes(count: int, device: str, train: Callable[[], Any]) -> None:
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=count,
        run_id=uuid4().hex,
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        max_restarts=0,
        monitor_interval=0.5,
    )
    try:
        elastic_launch(config, _join_and_train)(device, train)
    except ChildFailedError as error:
        rank, failure = min(error.failures.items(), key=lambda item: item[1].timestamp)
        raise TrainingProcessError(
            f"Process {rank} of {count} that train together has ended ({_reason(failure)}); run"
            " again, and training goes on from its last epoch."
        ) from error


def _join_and_train(device: str, train: Callable[[], Any]) -> None:
    with together(device):
        train()


def _reason(failure: Any) -> str:
    """Return what a process says of its end, or how it was ended."""
    message = failure.message
    if isinstance(message, dict):
        message = message.get("message", message)
    lines = str(message).strip().splitlines()
    return lines[-1] if lines else f"exit code {failure.exitcode}"
