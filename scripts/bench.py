"""Time the codec and others beside it on this machine, which should do nothing else.

`make bench` runs it in at most ten minutes. It writes docs/speed.json and docs/speed.md, and says
what has become slower than in the speed.json that it replaces.
"""

import argparse
import json
import logging
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from tqdm import tqdm

from gan_audio_compression.audio.files import replacing
from gan_audio_compression.compute.processors import usable_processors
from gan_audio_compression.provenance import source_tags
from scripts.bench_cases import Case, all_cases

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 5
# What is this much slower than before is said.
NOTABLE = 1.15
LIBRARIES = ("numpy", "soundfile", "soxr", "constriction", "torch", "librosa")

logger = logging.getLogger("bench")


@dataclass(frozen=True)
class Timing:
    """What one case took.

    Attributes:
        unit: "x" for times of the audio's length, "s" for seconds.
        median, least, most: over the rounds.
        megabytes: most memory of a process; None where the case is none.
    """

    unit: str
    median: float
    least: float
    most: float
    megabytes: float | None = None


def timed(cases: Sequence[Case], rounds: int) -> dict[str, Timing]:
    """Run all cases once a round, so that what disturbs the machine disturbs all alike."""
    taken: dict[str, list[float]] = {case.name: [] for case in cases}
    memory: dict[str, float | None] = {}
    for case in tqdm([case for _ in range(rounds) for case in cases], unit="case", leave=False):
        start = time.perf_counter()
        memory[case.name] = case.work()
        taken[case.name].append((time.perf_counter() - start) / (case.seconds or 1.0))
    return {
        case.name: Timing(
            "x" if case.seconds else "s",
            statistics.median(taken[case.name]),
            min(taken[case.name]),
            max(taken[case.name]),
            memory[case.name],
        )
        for case in cases
    }


def machine() -> dict[str, str]:
    """Return what the timings hang on beside the source."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if sys.platform == "linux" else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": models[0] if models else platform.processor() or platform.machine(),
        "processors": str(usable_processors()),
        "python": platform.python_version(),
    } | {name: version(name) for name in LIBRARIES}


def slower(before: Mapping[str, Timing], now: Mapping[str, Timing]) -> list[str]:
    """Return a sentence for each case that takes notably longer than before."""
    return [
        f"{name} takes {now[name].median / timing.median:.2f} times as long as before."
        for name, timing in before.items()
        if name in now and now[name].median > NOTABLE * timing.median
    ]


def as_table(timings: Mapping[str, Timing], about: Mapping[str, str]) -> str:
    """Return the page of the timings."""
    rows = [
        f"| {name} | {timing.median:.3g}{timing.unit.replace('s', ' s').replace('x', '')} |"
        f" {timing.least:.3g} to {timing.most:.3g} |"
        f" {'' if timing.megabytes is None else f'{timing.megabytes:.0f}'} |"
        for name, timing in timings.items()
    ]
    facts = ", ".join(f"{name} {value}" for name, value in about.items())
    return "\n".join(
        [
            "# Speed",
            f"Median of {ROUNDS} rounds, each of all cases, and the range; as a share of the"
            " audio's length unless seconds are said.",
            "",
            "| case | median | range | most memory, MB |",
            "|---|---|---|---|",
            *rows,
            "",
            "    make bench",
            "",
            f"On {facts}.",
            "",
        ]
    )


def write(folder: Path, timings: Mapping[str, Timing], about: Mapping[str, str]) -> None:
    """Write the page and its numbers."""
    numbers = {"machine": about, "timings": {n: asdict(timing) for n, timing in timings.items()}}
    with replacing(folder / "speed.json") as aside:
        aside.write_text(json.dumps(numbers, indent=1) + "\n")
    with replacing(folder / "speed.md") as aside:
        aside.write_text(as_table(timings, about))


def comparison(folder: Path, timings: Mapping[str, Timing], about: Mapping[str, str]) -> list[str]:
    """Return what is to be said beside the numbers that `folder` has."""
    if not (folder / "speed.json").exists():
        return ["There are no timings to compare with yet."]
    known = json.loads((folder / "speed.json").read_text())
    if known["machine"]["processor"] != about["processor"]:
        return [f"The timings before are of another processor, {known['machine']['processor']}."]
    before = {name: Timing(**timing) for name, timing in known["timings"].items()}
    return slower(before, timings) or ["Nothing is notably slower than before."]


def main(
    arguments: Iterable[str] | None = None,
    cases: Callable[[Path, Path | None], list[Case]] = all_cases,
) -> None:
    """Time all cases, compare, write."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=ROOT / "docs", help="of the two files")
    parser.add_argument("--lyra", type=Path, help="folder of Lyra's networks")
    options = parser.parse_args(None if arguments is None else list(arguments))
    about = machine() | {"commit": source_tags(ROOT)["git_commit"][:7]}
    with TemporaryDirectory() as folder:
        timings = timed(cases(Path(folder), options.lyra), ROUNDS)
    for sentence in comparison(options.folder, timings, about):
        logger.info("%s", sentence)
    write(options.folder, timings, about)
    logger.info("%s", as_table(timings, about))


if __name__ == "__main__":
    main()
