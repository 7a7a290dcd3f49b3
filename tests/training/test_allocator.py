"""What the allocator gives back."""

import os
import subprocess
import sys

import pytest

# Page faults of a step that allocates, fills and frees some tensors of a training's sizes.
STEPS = """
import resource, sys
import torch
from gan_audio_compression.training.allocator import keep_freed_memory

if sys.argv[1] == "keep":
    keep_freed_memory()
for step in range(12):
    if step == 8:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    tensors = [torch.ones(size) for size in (3_000_000, 9_000_000, 20_000_000)]
    del tensors
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    plain = {name: value for name, value in os.environ.items() if "MALLOC" not in name}
    done = subprocess.run(
        [sys.executable, "-c", STEPS, how], env=plain, capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc alone has the setting")
def test_memory_that_is_freed_stays_with_the_process() -> None:
    assert faults("keep") < faults("give back") / 2
