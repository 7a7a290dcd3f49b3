"""Measure the tool: code length, coder speed, start-up, time and memory of encode and decode.

Run it as `python scripts/measure_codec.py FOLDER`, on a machine that does nothing else; FOLDER
holds a corpus with a validation split, of whose recordings long ones are made.
"""

import argparse
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from gan_audio_compression.audio.resample import resample
from gan_audio_compression.codec.codec import Codec
from gan_audio_compression.codec.coding import Coding
from gan_audio_compression.codec.models import model_path
from gan_audio_compression.codec.search.presets import EFFORTS, STRATEGIES, search_config
from gan_audio_compression.codec.segment.columns import column_contexts
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.sender import encode_speech
from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.corpus.folder import list_folder
from gan_audio_compression.entropy.coder import make_coder
from gan_audio_compression.signal.spec import SAMPLE_RATE

Wave = NDArray[np.float32]
TOOL = [sys.executable, "-m", "gan_audio_compression"]

logger = logging.getLogger("measure_codec")


def validation_speech(folder: Path) -> list[Wave]:
    """Return the recordings of the validation split at 16 kHz."""
    held_out = [entry for entry in list_folder(folder) if entry.split == "validation"]
    audio = (decode_audio((folder / entry.path).read_bytes()) for entry in held_out)
    return [resample(samples, rate, SAMPLE_RATE) for samples, rate in audio]


def measure_code_length(codec: Codec, speech: list[Wave]) -> None:
    """Log the payload against the ideal code length, and the bytes besides the payload."""
    coding = Coding(search_config("encoder_only", 0))
    encoded = [encode_speech(codec.model, wave, coding) for wave in speech]
    excess = [one.payload_bits / one.ideal_bits - 1 for one in encoded]
    overhead = [len(one.data) - one.payload_bits // 8 for one in encoded]
    logger.info(
        "payload over ideal code length: mean %+.3f %%, most %+.3f %% (n = %d)",
        *(100 * np.mean(excess), 100 * max(excess), len(excess)),
    )
    three = encode_speech(codec.model, speech[0][: 3 * SAMPLE_RATE], coding)
    logger.info(
        "bytes besides the payload: %d at 3 s, %d to %d on the files",
        *(len(three.data) - three.payload_bits // 8, min(overhead), max(overhead)),
    )


def measure_no_speech(codec: Codec) -> None:
    """Log the bit rate of a minute without speech: no sound at all, and white noise."""
    noise = np.random.default_rng(0).standard_normal(60 * SAMPLE_RATE)
    for name, wave in (("silence", 0 * noise), ("noise at -60 dBFS", 1e-3 * noise)):
        data = codec.encode(wave.astype(np.float32), SAMPLE_RATE, effort=0)
        logger.info("%s: %.1f bit/s", name, 8 * len(data) / 60)


def measure_coder() -> None:
    """Log how many symbols a second each entropy coder of the paper's codec codes, both ways."""
    model = SegmentModel.from_bytes(model_path("paper").read_bytes())
    tables = model.tables
    columns = 20_000
    contexts = column_contexts(columns, model.positions)
    draw = np.random.default_rng(0)
    levels = np.arange(tables.counts.shape[1])
    symbols = np.stack(
        [draw.choice(levels, columns, p=probabilities) for probabilities in tables.probabilities]
    ).T.ravel()
    for name in ("arithmetic", "huffman"):
        coder = make_coder(name, tables)
        start = time.perf_counter()
        payload = coder.encode(symbols, contexts)
        middle = time.perf_counter()
        coder.decode(payload, contexts)
        end = time.perf_counter()
        logger.info(
            "%s: %.2f million symbols/s coded, %.2f decoded",
            *(name, len(symbols) / (middle - start) / 1e6, len(symbols) / (end - middle) / 1e6),
        )


def measure_speed(codec: Codec, wave: Wave) -> None:
    """Log time over audio time of each search and of decoding.

    Every effort of the model's own strategy, some of the others.
    """
    seconds = len(wave) / SAMPLE_RATE
    for strategy in STRATEGIES:
        some = (0,) if strategy == "encoder_only" else (1, 3, 5)
        for effort in EFFORTS[1:] if strategy == codec.model.strategy else some:
            start = time.perf_counter()
            data = codec.encode(wave, SAMPLE_RATE, search=strategy, effort=effort)
            taken = (time.perf_counter() - start) / seconds
            logger.info("encode, %s, effort %d: %.3f x", strategy, effort, taken)
    start = time.perf_counter()
    codec.decode(data)
    taken = (time.perf_counter() - start) / seconds
    logger.info("decode: %.3f x", taken)


def measure_processes(speech: list[Wave], longest: int) -> None:
    """Log start-up, time and peak memory of the tool as a process of its own."""
    run("--help")
    with tempfile.TemporaryDirectory() as folder:
        wav, gac, out = (str(Path(folder) / name) for name in ("in.wav", "coded.gac", "out.wav"))
        for seconds in (3, 10, 600, longest):
            write_long(Path(wav), speech, seconds * SAMPLE_RATE)
            for effort in ("1", "0") if seconds < longest else ("0",):
                run("encode", wav, "-o", gac, "--effort", effort, "--force", seconds=seconds)
            run("decode", gac, "-o", out, "--force", seconds=seconds)


def write_long(path: Path, speech: list[Wave], length: int) -> None:
    """Write recordings one after another, again and again, up to `length` samples."""
    with soundfile.SoundFile(path, "w", SAMPLE_RATE, 1, "PCM_16") as file:
        for wave in endless(speech):
            file.write(wave[: length - file.tell()])
            if file.tell() >= length:
                return


def endless(speech: list[Wave]) -> Iterator[Wave]:
    while True:
        yield from speech


def run(*arguments: str, seconds: int = 0) -> None:
    """Run the tool once, on audio of so many seconds; log its time and its peak memory."""
    code = (
        "import resource, subprocess, sys; "
        "subprocess.run(sys.argv[1:], check=True, capture_output=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", code, *TOOL, *arguments]
    start = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    taken = time.perf_counter() - start
    options = " ".join(part for part in arguments if "/" not in part)
    logger.info("%s, %d s: %.2f s, %.0f MB", options, seconds, taken, int(done.stdout) / 1000)


def main() -> None:
    """Measure one thing after another."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("gan_audio_compression").setLevel(logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--longest", type=int, default=3600, help="seconds")
    arguments = parser.parse_args()
    speech = validation_speech(arguments.folder)
    codec = Codec.load()
    measure_code_length(codec, speech)
    measure_no_speech(codec)
    measure_coder()
    measure_speed(codec, np.concatenate(speech)[: 16 * SAMPLE_RATE])
    measure_processes(speech, arguments.longest)


if __name__ == "__main__":
    main()
