"""Processors as affinity and control groups allow them, on machines that are made up."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from gan_audio_compression.compute import processors
from gan_audio_compression.compute.processors import usable_processors

Machine = Callable[..., None]
V1_HYBRID = "9:name=systemd:/\n4:cpu,cpuacct:/job/7\n3:cpuset:/\n0::/job\n"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Make a machine on which this process may run on so many processors, in such groups."""

    def make(allowed: int, membership: str | None, files: Mapping[str, str]) -> None:
        monkeypatch.setattr(processors, "_MEMBERSHIP", tmp_path / "membership")
        monkeypatch.setattr(processors, "_GROUPS", tmp_path / "groups")
        monkeypatch.setattr(
            os, "sched_getaffinity", lambda process: set(range(allowed)), raising=False
        )
        if membership is not None:
            (tmp_path / "membership").write_text(membership)
        for name, text in files.items():
            path = tmp_path / "groups" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return make


@pytest.mark.parametrize(
    ("membership", "files", "usable"),
    [
        # No control groups, or none with a quota.
        (None, {}, 8),
        ("0::/\n", {}, 8),
        ("0::/a\n", {"a/cpu.max": "max 100000\n"}, 8),
        (V1_HYBRID, {"cpu,cpuacct/cpu.cfs_quota_us": "-1\n"}, 8),
        # Version 2: its own group or one above may be the narrowest; parts do not count.
        ("0::/a/b\n", {"a/b/cpu.max": "250000 100000\n", "a/cpu.max": "400000 100000\n"}, 2),
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000\n", "a/cpu.max": "300000 100000\n"}, 3),
        ("0::/a\n", {"a/cpu.max": "20000 100000\n"}, 1),
        ("0::/a\n", {"a/cpu.max": "1600000 100000\n"}, 8),
        # In a container, whose top is all that is to be seen.
        ("0::/\n", {"cpu.max": "150000 50000\n"}, 3),
        ("0::/../outside\n", {"cpu.max": "200000 100000\n"}, 2),
        # Version 1.
        (
            V1_HYBRID,
            {
                "cpu,cpuacct/job/7/cpu.cfs_quota_us": "200000\n",
                "cpu,cpuacct/job/7/cpu.cfs_period_us": "100000\n",
            },
            2,
        ),
        (
            V1_HYBRID,
            {
                "cpu,cpuacct/cpu.cfs_quota_us": "100000\n",
                "cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            },
            1,
        ),
    ],
)
def test_quotas_limit_the_processors(
    machine: Machine, membership: str | None, files: Mapping[str, str], usable: int
) -> None:
    machine(8, membership, files)
    assert usable_processors() == usable


def test_affinity_limits_the_processors(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    machine(2, "0::/a\n", {"a/cpu.max": "400000 100000\n"})
    assert usable_processors() == 2


def test_systems_without_affinity_tell_their_processors(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(2, None, {})
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert usable_processors() == 6
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert usable_processors() == 1
