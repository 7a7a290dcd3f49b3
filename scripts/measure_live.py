"""Measure the live codec: quality by rate, delay and loss, beside Codec2 with the same losses.

Run it as `python scripts/measure_live.py FOLDER OUT`; FOLDER holds a corpus with the split that is
measured, OUT takes `live.csv` and figures. Losses are the same for all, drawn for each utterance:
at random, or in bursts of three packets on average (Gilbert, 1960). Codec2 fills a lost frame with
the last one that came.
"""

import argparse
import functools
import logging
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gan_audio_compression.audio.resample import resample
from gan_audio_compression.bench.codec2 import Codec2Codec
from gan_audio_compression.bench.live import LiveBenchCodec
from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.corpus.folder import list_folder
from gan_audio_compression.evaluation.alignment import aligned, find_delay
from gan_audio_compression.evaluation.intelligibility import Stoi
from gan_audio_compression.evaluation.live_curves import delay_figure, loss_figure
from gan_audio_compression.evaluation.pesq_measures import NarrowBandPesq, WideBandPesq
from gan_audio_compression.signal.spec import SAMPLE_RATE

Wave = NDArray[np.float32]
Lost = NDArray[np.bool_]

BURST = 3
COMPARED = (2000, 2400)
MEASURES = (NarrowBandPesq(), WideBandPesq(), Stoi(extended=True))
COLUMNS = ("pesq_nb", "pesq_wb", "estoi")
CODEC2_BYTES, CODEC2_HEADER = 6, 7
# For lines that lose much.
ROBUST = LiveBenchCodec(packet_ms=40)
# Length of a packet, look-ahead, and what waits for the next packet, in ms.
DELAYS = ((40, 0, 0), (40, 16, 0), (80, 8, 0), (80, 8, 24), (120, 8, 0), (120, 8, 80))

logger = logging.getLogger("measure_live")


@dataclass(frozen=True)
class Line:
    """How packets get lost.

    Attributes:
        share: of the packets that is lost.
        pattern: "random" or "bursts".
    """

    share: float = 0.0
    pattern: str = "random"

    def lost(self, packets: int, seed: int) -> Lost:
        """Draw which packets are lost, [packets]."""
        draws = np.random.default_rng(seed).random(packets + 1)
        if self.pattern == "random":
            return draws[:packets] < self.share
        to_good, bad = 1 / BURST, draws[-1] < self.share
        lost = np.zeros(packets, bool)
        for place, draw in enumerate(draws[:packets]):
            lost[place] = bad
            bad = draw >= to_good if bad else draw < to_good * self.share / (1 - self.share)
        return lost


CLEAN = Line()
LINES = [CLEAN] + [Line(s, p) for p in ("random", "bursts") for s in (0.01, 0.03, 0.05, 0.1, 0.2)]
SOME_LINES = [CLEAN, Line(0.05)]


@dataclass(frozen=True)
class Live:
    """The live codec as a sender and a receiver at the ends of a line."""

    codec: LiveBenchCodec

    @property
    def delay_ms(self) -> int:
        """From mouth to ear."""
        return self.codec.delay_ms

    def coded(self, speech: Wave) -> bytes:
        """Return the packets."""
        return self.codec.encode(speech).data

    def heard(self, data: bytes, line: Line, seed: int, speech: Wave) -> Wave:
        """Return what is heard of packets, in time with `speech`."""
        size, decoder = self.codec.form.size, self.codec.decoder()
        packets = [data[start : start + size] for start in range(0, len(data), size)]
        lost = line.lost(len(packets), seed)
        came = [None if gone else packet for packet, gone in zip(packets, lost, strict=True)]
        waves = [decoder.push(packet) for packet in came]
        late = decoder.delay_ms * SAMPLE_RATE // 1000
        return np.concatenate([*waves, decoder.finish()])[late : late + len(speech)]


@dataclass(frozen=True)
class Codec2:
    """Codec2 at 2400 bit/s, so many frames of 20 ms to a packet."""

    frames: int

    @property
    def delay_ms(self) -> int:
        """Of the packets alone."""
        return 20 * self.frames

    def coded(self, speech: Wave) -> bytes:
        """Return the file of the frames."""
        return Codec2Codec("2400").encode(speech).data

    def heard(self, data: bytes, line: Line, seed: int, speech: Wave) -> Wave:
        """Return what is heard of the file, in time with `speech`."""
        coded = np.frombuffer(data[CODEC2_HEADER:], np.uint8).reshape(-1, CODEC2_BYTES)
        packets = -(-len(coded) // self.frames)
        lost = line.lost(packets, seed).repeat(self.frames)[: len(coded)]
        came = np.maximum.accumulate(np.where(lost, 0, np.arange(len(coded))))
        filled = data[:CODEC2_HEADER] + coded[came].tobytes()
        # By what lost nothing: the rest may be too unlike the speech to find it in.
        delay = find_delay(speech, Codec2Codec("2400").decode(data).speech)
        return aligned(Codec2Codec("2400").decode(filled).speech, delay, len(speech))


@dataclass(frozen=True)
class Case:
    """One codec, over some lines.

    Attributes:
        codec: its name in figures.
        bitrate: bits a second.
        ends: sender and receiver.
        lines: between them.
    """

    codec: str
    bitrate: int
    ends: Live | Codec2
    lines: list[Line]


def live(codec: LiveBenchCodec, lines: list[Line], name: str = "") -> Case:
    """Return a case of the live codec."""
    return Case(
        name or f"live, packets of {codec.packet_ms} ms", round(codec.bitrate), Live(codec), lines
    )


def cases() -> Iterator[Case]:
    """Yield all of them."""
    ours, theirs = COMPARED
    yield live(LiveBenchCodec(ours), LINES)
    yield live(replace(ROBUST, bitrate=ours), LINES)
    for frames in (2, 4):
        name = f"Codec2 2400, packets of {20 * frames} ms"
        yield Case(name, theirs, Codec2(frames), LINES)
    for bitrate in (3200, 1200, 800):
        yield live(LiveBenchCodec(bitrate), [CLEAN])
        yield live(replace(ROBUST, bitrate=bitrate), [CLEAN])
    for packet, ahead, repair in DELAYS:
        codec = LiveBenchCodec(ours, packet_ms=packet, ahead_ms=ahead, repair_ms=repair)
        yield live(codec, SOME_LINES)
    yield live(LiveBenchCodec(ours, group=2), SOME_LINES, "live, groups of 2")


def measured(case: Case, speech: list[Wave]) -> list[dict[str, float | str]]:
    """Return the rows of a case."""
    scores: dict[Line, list[list[float]]] = {line: [] for line in case.lines}
    for seed, wave in enumerate(speech):
        data = case.ends.coded(wave)
        for line in case.lines:
            heard, given = case.ends.heard(data, line, seed, wave), dict[str, float]()
            for measure in MEASURES:
                given |= measure.score(wave, heard)
            scores[line].append([given[column] for column in COLUMNS])
    rows = []
    for line, of_line in scores.items():
        row: dict[str, float | str] = {"codec": case.codec, "bitrate": case.bitrate}
        row |= {"delay_ms": case.ends.delay_ms, "lost": line.share, "pattern": line.pattern}
        error = np.std(of_line, axis=0, ddof=1) / np.sqrt(len(speech))
        for column, mean, of_mean in zip(COLUMNS, np.mean(of_line, axis=0), error, strict=True):
            row |= {column: round(mean, 4), f"{column}_95": round(1.96 * of_mean, 4)}
        rows.append(row | {"n": len(speech)})
    return rows


def main() -> None:
    """Write the table and its figures."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--split", default="test", help="that is measured")
    parser.add_argument("--processes", type=int, help="at once; as many as there are cores")
    given = parser.parse_args()
    entries = [entry for entry in list_folder(given.folder) if entry.split == given.split]
    audio = (decode_audio((given.folder / entry.path).read_bytes()) for entry in entries)
    speech = [resample(samples, rate, SAMPLE_RATE) for samples, rate in audio]
    if not speech:
        parser.error(f"{given.folder} has no recording of the split {given.split}.")
    given.out.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, float | str]] = []
    with ProcessPoolExecutor(given.processes) as pool:
        for of_case in pool.map(functools.partial(measured, speech=speech), cases()):
            rows += of_case
            logger.info("%s", pd.DataFrame(of_case).to_string(index=False))
    table = pd.DataFrame(rows)
    table.to_csv(given.out / "live.csv", index=False)
    loss_figure(table[table["bitrate"].isin(COMPARED)]).savefig(given.out / "live_losses.png")
    delay_figure(table[table["bitrate"] == COMPARED[0]]).savefig(given.out / "live_delay.png")


if __name__ == "__main__":
    main()
