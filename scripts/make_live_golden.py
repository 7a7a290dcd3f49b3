"""Make the golden packets of the tests: those of the live codec that ships, and what they give.

Run it as `python scripts/make_live_golden.py` when the model is shipped.
"""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import soundfile

from gan_audio_compression.audio.reader import AudioReader
from gan_audio_compression.codec.live.decoder import LiveDecoder
from gan_audio_compression.codec.live.encoder import LiveEncoder
from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.packet_coder import PacketCoder
from gan_audio_compression.codec.live.packet_format import PacketFormat
from gan_audio_compression.codec.live.shipped import open_live_model
from gan_audio_compression.signal.spec import SAMPLE_RATE

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "data" / "01_raw" / "demo_corpus"
GOLDEN = ROOT / "tests" / "golden" / "live"

WOMAN, MAN = "TEST/DR8/FCAR0/SX70.WAV", "TEST/DR7/MAWB0/SX61.WAV"
FORMS = {
    "woman_2000": (WOMAN, PacketFormat()),
    "man_1200_groups": (MAN, PacketFormat.of_bitrate(1200, 120, group=3, check_bits=8)),
    "woman_3200_short": (WOMAN, PacketFormat.of_bitrate(3200, 40)),
}
# Of the packets that the receiver is given, one in so many is lost.
LOST = 7

logger = logging.getLogger("make_live_golden")


def contents_digest(model: LiveModel, form: PacketFormat, packets: Sequence[bytes]) -> str:
    """Return the SHA-256 of levels, qualities and symbols of all packets, none of them lost."""
    coder, digest = PacketCoder(model.prior, form), hashlib.sha256()
    nothing = np.zeros((0, model.networks.latent_channels), np.int64)
    past = nothing
    for place, packet in enumerate(packets):
        if place % form.group == 0:
            past = nothing
        content = coder.decode(packet, past)
        past = np.concatenate([past, content.symbols])
        digest.update(bytes([content.level, content.quality]))
        digest.update(content.symbols.astype("<i2").tobytes())
    return digest.hexdigest()


def main() -> None:
    """Write the packets, their form as JSON and their sound as 24-bit FLAC."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    model = open_live_model()
    GOLDEN.mkdir(exist_ok=True)
    for name, (recording, form) in FORMS.items():
        with (CORPUS / recording).open("rb") as file, AudioReader(file) as reader:
            speech = np.concatenate(list(reader.blocks()))
        encoder, decoder = LiveEncoder(model, form), LiveDecoder(model, form)
        packets = encoder.push(speech) + encoder.finish()
        came = (p if place % LOST != LOST - 1 else None for place, p in enumerate(packets))
        heard = [decoder.push(packet) for packet in came]
        (GOLDEN / f"{name}.packets").write_bytes(b"".join(packets))
        told = {"form": asdict(form), "lost": LOST}
        told["contents"] = contents_digest(model, form, packets)
        (GOLDEN / f"{name}.json").write_text(json.dumps(told, indent=1) + "\n")
        sound = np.concatenate(heard)
        soundfile.write(GOLDEN / f"{name}.flac", sound, SAMPLE_RATE, subtype="PCM_24")
        logger.info("%s: %d packets", name, len(packets))


if __name__ == "__main__":
    main()
