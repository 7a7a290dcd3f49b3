"""Make the golden files of the tests: .gac files of a shipped model, and what they decode to.

Run it as `python scripts/make_golden.py MODEL` when a model is shipped; a golden file is never
made again for a model that has users, because its old files must decode for ever.
"""

import argparse
import io
import logging
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Golden:
    """What a golden file is made of.

    Attributes:
        recording: of the demo corpus.
        rate: that it is brought to, in Hz.
        coding: how it is coded.
        segments: in a chunk.
        bumped: whether it comes 30 dB below a bump of 0.2 s before it.
    """

    recording: str
    rate: int
    coding: Coding
    segments: int
    bumped: bool = False


FILES = {
    "paper": {
        "woman_16k_arithmetic": Golden(WOMAN, 16_000, Coding(ADMM), 16),
        "man_44k_huffman_chunks": Golden(MAN, 44_100, Coding(ADMM, "huffman"), 1),
        "woman_8k_live": Golden(OTHER_WOMAN, 8_000, Coding(ADMM), 2),
    },
    "default": {
        "woman_16k_2000": Golden(WOMAN, 16_000, Coding(ENCODER_ONLY), 16),
        "man_44k_700": Golden(MAN, 44_100, Coding(ENCODER_ONLY, bitrate=700), 4),
        "woman_8k_live_3000": Golden(OTHER_WOMAN, 8_000, Coding(ENCODER_ONLY, bitrate=3000), 1),
        "bump_and_quiet_woman": Golden(WOMAN, 16_000, Coding(ENCODER_ONLY), 16, bumped=True),
    },
}

logger = logging.getLogger("make_golden")


def read(golden: Golden) -> NDArray[np.float32]:
    """Return the samples to code."""
    rate = golden.rate
    with (CORPUS / golden.recording).open("rb") as file, AudioReader(file) as reader:
        samples = resample(np.concatenate(list(reader.blocks())), reader.sample_rate, rate)
    if not golden.bumped:
        return samples
    time = np.arange(rate // 5) / rate
    bump = np.zeros(rate, np.float32)
    bump[: len(time)] = 0.9 * np.sin(2 * np.pi * 120 * time) * np.exp(-20 * time)
    return np.concatenate([bump, 10 ** (-30 / 20) * samples]).astype(np.float32)


def coded(codec: Codec, samples: NDArray[np.float32], golden: Golden) -> bytes:
    """Return a .gac file whose level changes from chunk to chunk, as a live one's does."""
    target = io.BytesIO()
    sender = Sender(codec.model, target, golden.rate, golden.coding, golden.segments)
    blocks = high_passed([resample(samples, golden.rate, SAMPLE_RATE)])
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
    for name, golden in FILES[model].items():
        data = coded(codec, read(golden), golden)
        chunks = list(Receiver(codec.model, io.BytesIO(data)).chunks())
        symbols = np.concatenate([chunk.symbols for chunk in chunks]).astype(np.int8)
        samples, _ = codec.decode(data)
        (folder / f"{name}.gac").write_bytes(data)
        np.save(folder / f"{name}.npy", symbols, allow_pickle=False)
        soundfile.write(folder / f"{name}.flac", samples, golden.rate, subtype="PCM_24")
        logger.info("%s: %d bytes, %d samples", name, len(data), len(samples))


if __name__ == "__main__":
    main()
