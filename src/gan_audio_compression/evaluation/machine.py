"""What figures were made on: the machine and the versions of what measures."""

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = ("torch", "torchaudio", "numpy", "scipy", "pesq", "pystoi", "visqol-python", "soxr")
_PROCESSORS = Path("/proc/cpuinfo")


def describe_machine() -> Mapping[str, str]:
    """Return facts by name: processor, cores, system, Python, packages and the time, in UTC."""
    facts = {
        "Processor": _processor(),
        "Cores": str(os.cpu_count()),
        "System": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "Python": platform.python_version(),
    }
    facts |= {package: _version(package) for package in _PACKAGES}
    return facts | {"Made": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")}


def _processor() -> str:
    """Return the name of the processor, as Linux tells it or else as Python does."""
    if _PROCESSORS.is_file():
        for line in _PROCESSORS.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
