"""The state of PyTorch in which this project computes, whatever that of its caller is.

Programs switch gradients off, autocast or deterministic algorithms on, and choose another default
type or device. What is computed here would break of it or differ, and tensors that are kept, such
as tables and weights, would hand it on to later calls.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import NamedTuple

import torch

from gan_audio_compression.signal.own_state import changing

_OWN_DEVICE = torch.device("cpu")


class _ProcessState(NamedTuple):
    """What PyTorch keeps once for all threads."""

    dtype: torch.dtype = torch.float32
    deterministic_mode: int = 0
    detects_anomalies: bool = False
    checks_nan: bool = True

    @classmethod
    def now(cls) -> "_ProcessState":
        return cls(
            torch.get_default_dtype(),
            torch.get_deterministic_debug_mode(),
            torch.is_anomaly_enabled(),
            torch.is_anomaly_check_nan_enabled(),
        )

    def set(self) -> None:
        torch.set_default_dtype(self.dtype)
        torch.set_deterministic_debug_mode(self.deterministic_mode)
        torch.autograd.set_detect_anomaly(self.detects_anomalies, self.checks_nan)


@contextmanager
def own_torch_state() -> Iterator[None]:
    """Compute within as in a new process, in one thread.

    That is with gradients, without autocast, in float32 and on the CPU where nothing else is said.
    How exactly floats are multiplied stays the caller's choice
    (`torch.set_float32_matmul_precision`). A thread that uses PyTorch for the first time meanwhile
    starts with one thread, too. Part of `own_state`.
    """
    with (
        _own_process_state(),
        _one_thread(),
        # Switches gradients on as well.
        torch.inference_mode(False),
        torch.autocast("cpu", enabled=False),
        torch.autocast("cuda", enabled=False),
        # A default device is looked for at each call, if there is one.
        nullcontext() if torch.get_default_device() == _OWN_DEVICE else _OWN_DEVICE,
    ):
        yield


@contextmanager
def _own_process_state() -> Iterator[None]:
    with changing:
        before = _ProcessState.now()
        if before != _ProcessState():
            try:
                _ProcessState().set()
                yield
            finally:
                before.set()
            return
    yield


@contextmanager
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    if before == 1:
        yield
        return
    try:
        torch.set_num_threads(1)
        yield
    finally:
        torch.set_num_threads(before)
