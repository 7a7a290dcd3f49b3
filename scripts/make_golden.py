"""Make the golden files of the tests: .gac files of a shipped model, and what they decode to.

Run it as `python scripts/make_golden.py MODEL` when a model is shipped; a golden file is never
made again for a model that has users, because its old files must decode for ever.
"""

import argparse
import io
import logging
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from gan_audio_compression.audio.reader import AudioReader
from gan_audio_compression.audio.resample import resample
from gan_audio_compression.codec.codec import Codec
from gan_audio_compression.codec.coding import Coding
from gan_audio_compression.codec.receiver import Receiver
from gan_audio_compression.codec.search.presets import search_config
from gan_audio_compression.codec.sender import Sender, send_blocks
from gan_audio_compression.signal.high_pass import high_passed
from gan_audio_compression.signal.spec import SAMPLE_RATE

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "data" / "01_raw" / "demo_corpus"
GOLDEN = ROOT / "tests" / "golden"

WOMAN, MAN = "TEST/DR8/FCAR0/SX70.WAV", "TEST/DR7/MAWB0/SX61.WAV"
OTHER_WOMAN = "TEST/DR8/FCAR0/SX68.WAV"
ADMM, ENCODER_ONLY = search_config("admm", 2), search_config("encoder_only", 0)

# Of each model the name: recording, sampling rate, coding, segments in a chunk.
FILES: dict[str, dict[str, tuple[str, int, Coding, int]]] = {
    "paper": {
        "woman_16k_arithmetic": (WOMAN, 16_000, Coding(ADMM), 16),
        "man_44k_huffman_chunks": (MAN, 44_100, Coding(ADMM, "huffman"), 1),
        "woman_8k_live": (OTHER_WOMAN, 8_000, Coding(ADMM), 2),
    },
    "default": {
        "woman_16k_2000": (WOMAN, 16_000, Coding(ENCODER_ONLY), 16),
        "man_44k_700": (MAN, 44_100, Coding(ENCODER_ONLY, bitrate=700), 4),
        "woman_8k_live_3000": (OTHER_WOMAN, 8_000, Coding(ENCODER_ONLY, bitrate=3000), 1),
        "bump_and_quiet_woman": (WOMAN, 16_000, Coding(ENCODER_ONLY), 16),
    },
}
BUMPED = {"bump_and_quiet_woman"}

logger = logging.getLogger("make_golden")


def read(recording: Path, rate: int, bumped: bool) -> NDArray[np.float32]:
    """Return a recording at a rate; or one that is 30 dB below a bump of 0.2 s before it."""
    with recording.open("rb") as file, AudioReader(file) as reader:
        samples = resample(np.concatenate(list(reader.blocks())), reader.sample_rate, rate)
    if not bumped:
        return samples
    time = np.arange(rate // 5) / rate
    bump = np.zeros(rate, np.float32)
    bump[: len(time)] = 0.9 * np.sin(2 * np.pi * 120 * time) * np.exp(-20 * time)
    return np.concatenate([bump, 10 ** (-30 / 20) * samples]).astype(np.float32)


def coded(
    codec: Codec, samples: NDArray[np.float32], rate: int, coding: Coding, segments: int
) -> bytes:
    """Return a .gac file whose level changes from chunk to chunk, as a live one's does."""
    target = io.BytesIO()
    sender = Sender(codec.model, target, rate, coding, segments)
    blocks = high_passed([resample(samples, rate, SAMPLE_RATE)])
    for _ in send_blocks(sender, blocks, None, lambda: len(samples)):
        pass
    return target.getvalue()


def main() -> None:
    """Write each file, its symbols as .npy and its audio as 24-bit FLAC."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=FILES)
    model = parser.parse_args().model
    codec, folder = Codec.load(model), GOLDEN / model
    folder.mkdir(exist_ok=True)
    for name, (recording, rate, coding, segments) in FILES[model].items():
        recorded = read(CORPUS / recording, rate, name in BUMPED)
        data = coded(codec, recorded, rate, coding, segments)
        chunks = list(Receiver(codec.model, io.BytesIO(data)).chunks())
        symbols = np.concatenate([chunk.symbols for chunk in chunks]).astype(np.int8)
        samples, _ = codec.decode(data)
        (folder / f"{name}.gac").write_bytes(data)
        np.save(folder / f"{name}.npy", symbols, allow_pickle=False)
        soundfile.write(folder / f"{name}.flac", samples, rate, subtype="PCM_24")
        logger.info("%s: %d bytes, %d samples", name, len(data), len(samples))


if __name__ == "__main__":
    main()
