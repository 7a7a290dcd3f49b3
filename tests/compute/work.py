"""What loops of tests do to their items, in whatever process."""

import os
import signal
from typing import Any


def divide(context: int, item: int) -> float:
    return context / item


def kill_itself(context: int, item: int) -> int:
    if item == context:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def torch_threads(context: object, item: int) -> int:
    import torch

    return torch.get_num_threads()


def process_id(context: None, item: int) -> int:
    return os.getpid()


class Counted:
    """Counts how often it crosses to another process."""

    def __init__(self) -> None:
        self.sent = 0

    def __getstate__(self) -> dict[str, int]:
        self.sent += 1
        return {"sent": self.sent}


def numbered(values: list[Any]) -> list[tuple[str, Any]]:
    return [(f"u{position}", value) for position, value in enumerate(values)]
