"""What a training asks of the C library's allocator."""

import ctypes

# Names and numbers of glibc's malloc.h; a parameter is an int.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_TRIM_THRESHOLD, _MMAP_THRESHOLD = 2**31 - 1, 2**30


def keep_freed_memory() -> None:
    """Let this process keep the memory that it frees, up to 2 GiB; other C libraries ignore it.

    A training allocates and frees tensors of the same sizes in every step. By default glibc gives
    their memory back each time, and the page faults of getting it again take a third of a step on
    a processor.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_TRIM_THRESHOLD, _TRIM_THRESHOLD)
        mallopt(_M_MMAP_THRESHOLD, _MMAP_THRESHOLD)
