"""Put a trained codec into the package: in half precision, the live codec in eight bits.

Run it as `python scripts/ship_model.py MODEL_FILE NAME`; the live codec's name is live/default.
"""

import argparse
import logging
from pathlib import Path

from gan_audio_compression.audio.files import replacing
from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.shipped import open_live_model
from gan_audio_compression.codec.models import MODELS, open_model
from gan_audio_compression.codec.rounding import rounded_to_bytes, rounded_to_half
from gan_audio_compression.codec.trained_codec import TrainedCodec
from gan_audio_compression.networks.model_header import read_header

logger = logging.getLogger("ship_model")


def rounded(path: Path) -> LiveModel | TrainedCodec:
    """Return the model of a file with weights of fewer bits."""
    with path.open("rb") as file:
        kind = read_header(file).metadata.kind
    if kind == LiveModel.kind:
        return rounded_to_bytes(open_live_model(path))
    return rounded_to_half(open_model(path))


def main() -> None:
    """Round the weights and write the model aside, then rename it."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model_file", type=Path)
    parser.add_argument("name")
    arguments = parser.parse_args()
    model = rounded(arguments.model_file)
    target = MODELS / f"{arguments.name}.safetensors"
    with replacing(target) as aside:
        aside.write_bytes(model.to_bytes())
    logger.info("%s: %d bytes, digest %s", target.name, target.stat().st_size, model.digest)


if __name__ == "__main__":
    main()
