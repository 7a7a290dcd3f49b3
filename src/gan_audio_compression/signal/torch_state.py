"""The state of PyTorch in which this project computes, whatever that of its caller is.

Programs switch gradients off, autocast or deterministic algorithms on, and choose another default
type or device. What is computed here would break of it or differ, and tensors that are kept, such
as tables and weights, would hand it on to later calls.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any, NamedTuple

import torch
from threadpoolctl import ThreadpoolController

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


# Held while the state of the process is another than its caller's. Others wait, and so does a fork,
# whose child would never be given it back.
_changed = threading.RLock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_changed.acquire,
        after_in_parent=_changed.release,
        after_in_child=_changed.release,
    )


@contextmanager
def own_torch_state() -> Iterator[None]:
    """Compute within as in a new process, in one thread; a decorator too.

    That is with gradients, without autocast, in float32 and on the CPU where nothing else is said.
    One thread, of NumPy's products too: several would wait for each other in a loop, which on a
    busy machine takes ten times as long, and hang in a process that was forked. The caller's state
    is back afterwards.

    Threads may be within at once. Files and iterators of the caller's are to be called outside. How
    exactly floats are multiplied stays the caller's choice (`torch.set_float32_matmul_precision`).
    A thread that uses PyTorch for the first time meanwhile starts with one thread, too.
    """
    with (
        _own_process_state(),
        _one_thread(),
        _one_blas_thread,
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
    with _changed:
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


class _OneBlasThread:
    """One thread for NumPy's products, which has their number once for all threads."""

    def __init__(self) -> None:
        self._within = 0
        self._before: Any = None

    def __enter__(self) -> None:
        with _changed:
            if not self._within:
                self._before = _blas().limit(limits=1, user_api="blas")
            self._within += 1

    def __exit__(self, *_: object) -> None:
        with _changed:
            self._within -= 1
            if not self._within:
                self._before.restore_original_limits()


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


_one_blas_thread = _OneBlasThread()
