"""Measure how a run grows with its corpus: time and memory of each pipeline, and of a rerun.

Run it as `python scripts/measure_scale.py OUT --utterances 100 1000 10000 --workers 2`, on a
machine that does nothing else; without workers all runs in one process. The corpora are a second of
speech each, made of the demo corpus: no two recordings have the same bytes. One codec of the bench
is measured, without a search.
"""

import argparse
import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import psutil
import soundfile
from numpy.typing import NDArray
from omegaconf import OmegaConf

ROOT = Path(__file__).resolve().parents[1]
RATE = 16_000
# Few are learnt from, since every utterance that is held out is coded and scored.
LEARNT_FROM, UTTERANCES_A_SPEAKER = 20, 10
# The report has the sweeps in it, which are no matter of the corpus's size.
TABLES = "evaluation.compare_codecs,evaluation.compare_scores,evaluation.compare_groups"
PIPELINES: dict[str, tuple[str, ...]] = {
    "data_preparation": (),
    "segment_training,sequence_training": (),
    "compression": (),
    "reconstruction": (),
    "evaluation": ("--to-nodes", TABLES),
}
CODEC = "sequence_2k"
MEASURE = "gan_audio_compression.evaluation.pesq_measures.NarrowBandPesq"
MODELS = (
    "segment_start.model=paper,segment_start.tuned=false,"
    "sequence_start.model=default,sequence_start.tuned=false"
)

logger = logging.getLogger("measure_scale")


@dataclass
class Cost:
    """What a run took.

    Attributes:
        seconds: from start to end.
        driver: the most memory of its own that the process of the run had, in MB.
        workers: the most that any other process had, in MB.
    """

    seconds: float
    driver: float
    workers: float


def beginnings() -> Iterator[NDArray[np.int16]]:
    """Yield the loudest second of each demo recording, over and over."""
    recordings = sorted((ROOT / "data" / "01_raw" / "demo_corpus").rglob("*.WAV"))
    seconds = []
    for recording in recordings:
        samples, _ = soundfile.read(recording, dtype="int16")
        energy = np.cumsum(samples.astype(np.float64) ** 2)
        start = int(np.argmax(energy[RATE:] - energy[:-RATE]))
        seconds.append(samples[start : start + RATE])
    yield from cycle(seconds)


def make_corpus(folder: Path, count: int) -> None:
    """Write a corpus in the layout of TIMIT, each recording with bytes of its own."""
    draw = np.random.default_rng(0)
    for number, samples in enumerate(islice(beginnings(), count + LEARNT_FROM)):
        speaker = number // UTTERANCES_A_SPEAKER
        split = "TRAIN" if number < LEARNT_FROM else "TEST"
        name = f"{split}/DR{speaker % 8 + 1}/F{_letters(speaker)}0/SX{number}.WAV"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        dithered = samples + draw.integers(-1, 2, len(samples), dtype=np.int16)
        soundfile.write(path, dithered, RATE, subtype="PCM_16")


def _letters(number: int) -> str:
    """Return three letters for a number below 17576, as TIMIT calls its speakers."""
    return "".join(chr(65 + number // 26**place % 26) for place in (2, 1, 0))


def make_configuration(folder: Path) -> None:
    """Copy the project's configuration with one codec and one measure."""
    shutil.copytree(ROOT / "conf", folder)
    path = folder / "base" / "parameters_bench.yml"
    entry = OmegaConf.select(OmegaConf.load(path), f"bench.{CODEC}")
    OmegaConf.save({"bench": {CODEC: entry}}, path)
    path = folder / "base" / "parameters_evaluation.yml"
    shown = {"reference": CODEC, "spectrograms": ["original", CODEC], "closing": [CODEC]}
    parameters = {"measures": [{"type": MEASURE}], "evaluation": shown}
    OmegaConf.save(OmegaConf.merge(OmegaConf.load(path), parameters), path)
    held_out = "corpus: {most_held_out: null, validation_fraction: 0.5}\n"
    (folder / "local").mkdir(exist_ok=True)
    (folder / "local" / "parameters.yml").write_text(held_out)


def run(project: Path, corpus: Path, pipelines: str, workers: int) -> Cost:
    """Run pipelines, by so many workers or in one process; return what they took.

    Raises:
        SystemExit: the run failed.
    """
    command = [sys.executable, "-m", "kedro", "run", "--pipelines", pipelines]
    command += PIPELINES[pipelines]
    command += ["--conf-source", str(project / "conf")]
    engine = f"processes,compute.engines.processes.workers={workers}" if workers else "inline"
    command += ["--params", f"corpus.path={corpus},compute.engine={engine},{MODELS}"]
    environment = os.environ | {"GAC_DATA": str(project / "data")}
    environment |= {"MLFLOW_TRACKING_URI": f"sqlite:///{project}/mlflow.db"}
    log = project / "run.log"
    start = time.perf_counter()
    with log.open("ab") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=said)
        most: dict[int, float] = {}
        done = threading.Event()
        watching = threading.Thread(target=_watch, args=(process.pid, most, done))
        watching.start()
        code = process.wait()
        seconds = time.perf_counter() - start
        done.set()
        watching.join()
    if code != 0:
        raise SystemExit(f"{pipelines} failed: see {log}")
    others = [memory for pid, memory in most.items() if pid != process.pid]
    return Cost(seconds, most.get(process.pid, 0.0), max(others, default=0.0))


def _watch(pid: int, most: dict[int, float], done: threading.Event) -> None:
    """Keep the most memory of its own that each process of a tree has had, in MB.

    Files that are mapped, as libraries are, are not counted: how much of them lies in memory is the
    system's choice.
    """
    while not done.wait(1.0):
        try:
            root = psutil.Process(pid)
            for process in (root, *root.children(recursive=True)):
                memory = process.memory_info()
                used = (memory.rss - memory.shared) / 1e6
                most[process.pid] = max(most.get(process.pid, 0.0), used)
        except psutil.NoSuchProcess:
            continue


def main() -> None:
    """Measure each size, and log a row of a Markdown table for each pipeline."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder for corpora and runs")
    parser.add_argument("--utterances", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--workers", type=int, default=0, help="processes; 0 for none but its own")
    options = parser.parse_args()
    logger.info("| utterances | pipeline | s | driver, MB | worker, MB | again, s |")
    for count in options.utterances:
        project = options.out.absolute() / f"{options.workers}_workers_{count}"
        make_corpus(project / "corpus", count)
        make_configuration(project / "conf")
        for pipelines in PIPELINES:
            cost = run(project, project / "corpus", pipelines, options.workers)
            again = run(project, project / "corpus", pipelines, options.workers)
            figures = (cost.seconds, cost.driver, cost.workers, again.seconds)
            row = " | ".join(f"{figure:.1f}" for figure in figures)
            logger.info("| %d | %s | %s |", count, pipelines, row)


if __name__ == "__main__":
    main()
