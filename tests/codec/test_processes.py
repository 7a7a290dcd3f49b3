"""A codec in other processes, however they are started, and what of this one it keeps busy."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import gan_audio_compression
from gan_audio_compression.codec.sequence.model import SequenceModel

PROGRAM = """
import hashlib, multiprocessing, os, sys, threading, time
from contextlib import contextmanager
import numpy as np, torch
from gan_audio_compression import Codec
from gan_audio_compression.signal.own_state import own_state

SECONDS = 60

def digest(codec, samples):
    data = codec.encode(samples, 16_000, effort=1)
    return hashlib.sha256(data + codec.decode(data)[0].tobytes()).hexdigest()

def send(results, codec, samples):
    results.put(digest(codec, samples))

def started(method, codec, samples):
    context = multiprocessing.get_context(method)
    results = context.Queue()
    context.Process(target=send, args=(results, codec, samples), daemon=True).start()
    return results

def forked(work):
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.write(write, work().encode())
        os._exit(0)
    os.close(write)
    killer = threading.Timer(SECONDS, os.kill, (child, 9))
    killer.start()
    with open(read) as answer:
        text = answer.read()
    killer.cancel()
    os.waitpid(child, 0)
    return text

def forked_beside_a_thread(codec, samples):
    # Another thread is within, and PyTorch has our type instead of the program's.
    torch.set_default_dtype(torch.float64)
    within, leave = threading.Event(), threading.Event()
    def compute():
        with own_state():
            within.set()
            leave.wait()
    thread = threading.Thread(target=compute)
    thread.start()
    within.wait()
    threading.Timer(0.2, leave.set).start()
    answer = forked(lambda: f"{torch.get_default_dtype()} {digest(codec, samples)}")
    thread.join()
    torch.set_default_dtype(torch.float32)
    return answer.removeprefix("torch.float64 ")

if __name__ == "__main__":
    codec = Codec.load(sys.argv[1])
    samples = 0.05 * np.random.default_rng(0).standard_normal(8000)
    torch.set_num_threads(2)
    torch.ones(1000, 1000).exp().sum()
    others = [started(method, codec, samples) for method in ("spawn", "forkserver")]
    after_load = forked(lambda: digest(codec, samples))
    expected = digest(codec, samples)
    assert after_load == expected, "forked after load"
    assert forked(lambda: digest(codec, samples)) == expected, "forked after encode"
    assert started("fork", codec, samples).get(timeout=SECONDS) == expected, "fork"
    assert forked_beside_a_thread(codec, samples) == expected, "forked beside a thread"
    for results in others:
        assert results.get(timeout=SECONDS) == expected, "spawn or forkserver"
"""


TIMED = """
import threading, time
from pathlib import Path
import numpy as np, torch
from gan_audio_compression import Codec

def processor_time():
    # Ticks that this thread and all others have taken so far.
    times = {}
    for task in Path("/proc/self/task").iterdir():
        fields = (task / "stat").read_text().rpartition(")")[2].split()
        times[int(task.name)] = int(fields[11]) + int(fields[12])
    own = times.pop(threading.get_native_id())
    return np.array([own, sum(times.values())])

codec = Codec.load()
samples = 0.05 * np.random.default_rng(0).standard_normal(16_000)
torch.set_num_threads(2)
torch.ones(1000, 1000).exp().sum()
time.sleep(0.5)  # Until they rest.
before = processor_time()
codec.decode(codec.encode(samples, 16_000, effort=1))
print(*(processor_time() - before))
"""


def run(*arguments: str) -> str:
    """Return what a program writes."""
    finished = subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | {"PYTHONPATH": str(Path(gan_audio_compression.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_codec_works_in_processes_of_all_kinds(
    sequence_model: SequenceModel, tmp_path: Path
) -> None:
    model, program = tmp_path / "model.safetensors", tmp_path / "program.py"
    model.write_bytes(sequence_model.to_bytes())
    program.write_text(PROGRAM)
    run(str(program), str(model))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="Linux tells what threads do")
def test_one_thread_does_all_the_work() -> None:
    """A thread that waits in a loop would take about as much."""
    own, others = map(int, run("-c", TIMED).split())
    assert others < 0.02 * own
