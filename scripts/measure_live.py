"""Measure the live codec: quality by rate, delay and loss, beside Codec2 with the same losses.

Run it as `python scripts/measure_live.py FOLDER`; FOLDER holds a corpus with the split that is
measured. Losses are the same for all, drawn for each utterance: at random, or in bursts of three
packets on average (Gilbert, 1960). Codec2 fills a lost frame with the last one that came.
"""

import argparse
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.audio.resample import resample
from gan_audio_compression.bench.codec2 import Codec2Codec
from gan_audio_compression.codec.live.decoder import LiveDecoder
from gan_audio_compression.codec.live.encoder import LiveEncoder
from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.packet_format import PacketFormat
from gan_audio_compression.codec.live.shipped import open_live_model
from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.corpus.folder import list_folder
from gan_audio_compression.evaluation.alignment import aligned, find_delay
from gan_audio_compression.evaluation.intelligibility import Stoi
from gan_audio_compression.evaluation.pesq_measures import NarrowBandPesq, WideBandPesq
from gan_audio_compression.signal.spec import SAMPLE_RATE

Wave = NDArray[np.float32]
Lost = NDArray[np.bool_]

LOSSES, BURST = (0.0, 0.01, 0.03, 0.05, 0.1, 0.2), 3
MEASURES = (NarrowBandPesq(), WideBandPesq(), Stoi(extended=True))
COLUMNS = ("pesq_nb", "pesq_wb", "estoi")
CODEC2_PACKET_MS, CODEC2_HEADER = 80, 7

logger = logging.getLogger("measure_live")


@dataclass(frozen=True)
class Case:
    """One way to send.

    Attributes:
        label: of its row.
        send: gives what is heard of speech, and seconds of the sender and of the receiver.
        loss: share of the packets that are lost.
        bursts: whether in bursts.
    """

    label: str
    send: Callable[[Wave, float, bool, int], tuple[Wave, float, float]]
    loss: float = 0.0
    bursts: bool = False


def losses(packets: int, share: float, bursts: bool, seed: int) -> Lost:
    """Draw which packets are lost, [packets]."""
    draws = np.random.default_rng(seed).random(packets + 1)
    if not bursts:
        return draws[:packets] < share
    to_good, bad = 1 / BURST, draws[-1] < share
    lost = np.zeros(packets, bool)
    for place, draw in enumerate(draws[:packets]):
        lost[place] = bad
        bad = draw >= to_good if bad else draw < to_good * share / (1 - share)
    return lost


class Live:
    """The live codec of one format and delay."""

    def __init__(self, model: LiveModel, form: PacketFormat, ahead_ms: int, held_ms: int) -> None:
        self._model, self._form = model, form
        self._ahead, self._held = ahead_ms, held_ms

    def __call__(
        self, speech: Wave, share: float, bursts: bool, seed: int
    ) -> tuple[Wave, float, float]:
        """See `Case.send`."""
        encoder = LiveEncoder(self._model, self._form, self._ahead)
        decoder = LiveDecoder(self._model, self._form, self._held)
        start = time.perf_counter()
        packets = encoder.push(speech) + encoder.finish()
        middle = time.perf_counter()
        lost = losses(len(packets), share, bursts, seed)
        heard = [
            decoder.push(None if gone else packet)
            for packet, gone in zip(packets, lost, strict=True)
        ]
        whole = np.concatenate([*heard, decoder.finish()])
        end = time.perf_counter()
        late = decoder.delay_ms * SAMPLE_RATE // 1000
        return whole[late : late + len(speech)], middle - start, end - middle


class Codec2:
    """Codec2, its frames in packets of 80 ms."""

    def __init__(self, codec: Codec2Codec, frames: int, frame_bytes: int) -> None:
        self._codec, self._frames, self._bytes = codec, frames, frame_bytes

    def __call__(
        self, speech: Wave, share: float, bursts: bool, seed: int
    ) -> tuple[Wave, float, float]:
        """See `Case.send`."""
        data = self._codec.encode(speech).data
        coded = np.frombuffer(data[CODEC2_HEADER:], np.uint8).reshape(-1, self._bytes)
        packets = -(-len(coded) // self._frames)
        lost = losses(packets, share, bursts, seed).repeat(self._frames)[: len(coded)]
        came = np.maximum.accumulate(np.where(lost, 0, np.arange(len(coded))))
        filled = data[:CODEC2_HEADER] + coded[came].tobytes()
        # By what lost nothing: the rest may be too unlike the speech to find it in.
        delay = find_delay(speech, self._codec.decode(data).speech)
        return aligned(self._codec.decode(filled).speech, delay, len(speech)), 0.0, 0.0


def cases(model: LiveModel) -> list[Case]:
    """Return all rows."""
    default = Live(model, PacketFormat.of_bitrate(2000), 40, 24)
    old = Codec2(Codec2Codec("2400"), 4, 6)
    rows = []
    for name, send in (("live 2000", default), ("Codec2 2400", old)):
        rows += [Case(name, send, share) for share in LOSSES]
        rows += [Case(name, send, share, bursts=True) for share in LOSSES[1:]]
    rows += [
        Case(f"live {rate}", Live(model, PacketFormat.of_bitrate(rate), 40, 24))
        for rate in (3200, 1200, 800)
    ]
    rows += [
        Case(
            f"live 2000, packets of {packet} ms, group of {group}, {packet + ahead + held} ms",
            Live(model, PacketFormat.of_bitrate(2000, packet, group), ahead, held),
        )
        for packet, group, ahead, held in ((40, 1, 16, 24), (40, 3, 16, 24), (80, 2, 40, 24))
    ]
    return rows


def measure(case: Case, speech: list[Wave]) -> str:
    """Return the row of a case."""
    scores, sender, receiver = [], 0.0, 0.0
    for seed, wave in enumerate(speech):
        heard, encoding, decoding = case.send(wave, case.loss, case.bursts, seed)
        sender, receiver = sender + encoding, receiver + decoding
        given: dict[str, float] = {}
        for measure in MEASURES:
            given |= measure.score(wave, heard)
        scores.append([given[column] for column in COLUMNS])
    seconds = sum(map(len, speech)) / SAMPLE_RATE
    narrow, wide, intelligible = np.mean(scores, 0)
    pattern = "bursts" if case.bursts else "random"
    return (
        f"| {case.label} | {100 * case.loss:g} {pattern} | {narrow:.2f} | {wide:.2f} |"
        f" {intelligible:.3f} | {sender / seconds:.3f} | {receiver / seconds:.3f} |"
    )


def main() -> None:
    """Write the table, row by row."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--split", default="test", help="that is measured")
    arguments = parser.parse_args()
    entries = [e for e in list_folder(arguments.folder) if e.split == arguments.split]
    audio = (decode_audio((arguments.folder / e.path).read_bytes()) for e in entries)
    speech = [resample(samples, rate, SAMPLE_RATE) for samples, rate in audio]
    logger.info("| n = %d | lost, %% | NB | WB | ESTOI | encode | decode |", len(speech))
    logger.info("|---|---|---|---|---|---|---|")
    for case in cases(open_live_model()):
        logger.info("%s", measure(case, speech))


if __name__ == "__main__":
    main()
