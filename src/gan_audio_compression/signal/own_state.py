"""The state in which this project computes, whatever that of its caller is."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import RLock
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

changing = RLock()
"""Held while the state of the process is another than its caller's. Others wait, and so does a
fork, whose child would never be given it back."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=changing.acquire,
        after_in_parent=changing.release,
        after_in_child=changing.release,
    )


@contextmanager
def own_state() -> Iterator[None]:
    """Compute within as in a new process, in one thread; a decorator too.

    Several threads would wait for each other in a loop, which on a busy machine takes ten times as
    long, and hang in a process that was forked. That goes for NumPy's products and, where PyTorch
    is loaded, for its own; see `signal.torch_state` for what else is PyTorch's. The caller's state
    is back afterwards.

    Threads may be within at once. Files and iterators of the caller's are to be called outside.
    """
    with _one_blas_thread, np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"):
        if "torch" not in sys.modules:
            yield
            return
        from gan_audio_compression.signal.torch_state import own_torch_state

        with own_torch_state():
            yield


class _OneBlasThread:
    """One thread for NumPy's products, which has their number once for all threads."""

    def __init__(self) -> None:
        self._within = 0
        self._before: Any = None

    def __enter__(self) -> None:
        with changing:
            if not self._within:
                self._before = _blas().limit(limits=1, user_api="blas")
            self._within += 1

    def __exit__(self, *_: object) -> None:
        with changing:
            self._within -= 1
            if not self._within:
                self._before.restore_original_limits()


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


_one_blas_thread = _OneBlasThread()
