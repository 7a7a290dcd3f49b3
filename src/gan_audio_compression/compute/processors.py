"""How many processors this process may use: on a shared machine or in a container often not all."""

import math
import os
from collections.abc import Iterator
from pathlib import Path

_MEMBERSHIP = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")

# Files in which a control group of either version says so many microseconds in such a period.
_VERSION_1 = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
_VERSION_2 = ("cpu.max",)


def usable_processors() -> int:
    """Return how many processors this process may keep busy, at least 1.

    Its affinity and the quotas of its control groups (Linux, cgroup-v1 and cgroup-v2) limit them.
    Of a quota of 2.5 processors 2 are counted.
    """
    if hasattr(os, "sched_getaffinity"):  # not macOS, not Windows
        allowed = len(os.sched_getaffinity(0))
    else:
        allowed = os.cpu_count() or 1
    return max(1, int(min([allowed, *_quotas()])))


def _quotas() -> Iterator[float]:
    """Yield what each group that this process is in may use, in processors."""
    try:
        membership = _MEMBERSHIP.read_text()
    except OSError:
        return
    for line in membership.splitlines():
        _, controllers, group = line.split(":", 2)
        if not controllers:
            yield from _quotas_on_the_way(_GROUPS, group, _VERSION_2)
        elif "cpu" in controllers.split(","):
            yield from _quotas_on_the_way(_GROUPS / controllers, group, _VERSION_1)


def _quotas_on_the_way(top: Path, group: str, names: tuple[str, ...]) -> Iterator[float]:
    """Yield the quotas of a group and of those that it is in.

    In a container `group` may be a path of the machine outside, and only `top` is there.
    """
    folder = top / group.lstrip("/")
    for part in (folder, *folder.parents):
        if part.is_relative_to(top):
            yield _quota(part, names)


def _quota(folder: Path, names: tuple[str, ...]) -> float:
    try:
        quota, period = " ".join((folder / name).read_text() for name in names).split()
    except OSError:  # the root has none, and a group of another name is not to be seen
        return math.inf
    # Else it is "max", or -1.
    return int(quota) / int(period) if quota.isdecimal() else math.inf
