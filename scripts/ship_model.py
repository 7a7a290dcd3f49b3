"""Put a trained codec into the package: half precision, under a name.

Run it as `python scripts/ship_model.py MODEL_FILE NAME`.
"""

import argparse
import logging
from pathlib import Path

from gan_audio_compression.audio.files import replacing
from gan_audio_compression.codec.models import MODELS, open_model
from gan_audio_compression.codec.rounding import rounded_to_half

logger = logging.getLogger("ship_model")


def main() -> None:
    """Round the weights and write the model aside, then rename it."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model_file", type=Path)
    parser.add_argument("name")
    arguments = parser.parse_args()
    model = rounded_to_half(open_model(arguments.model_file))
    target = MODELS / f"{arguments.name}.safetensors"
    with replacing(target) as aside:
        aside.write_bytes(model.to_bytes())
    logger.info("%s: %d bytes, digest %s", target.name, target.stat().st_size, model.digest)


if __name__ == "__main__":
    main()
