"""`python -m gan_audio_compression.training CONFIG.json AUDIO_FOLDER OUTPUT_FOLDER`.

Trains the segment codec where Kedro is not installed, such as a bare GPU node: torch, torchaudio,
numpy, soundfile, soxr and safetensors are enough. Started again, it goes on from its last
checkpoint. The `segment_model.safetensors` that it writes is the one that the pipelines read.
"""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from gan_audio_compression.audio.files import replacing
from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.training.audio_folder import prepare_speech
from gan_audio_compression.training.checkpoint import History
from gan_audio_compression.training.observer import Observer
from gan_audio_compression.training.segment.config import SegmentTrainingConfig
from gan_audio_compression.training.segment.run import train_encoder, train_gan

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train as the command line asks; return the exit code, 1 where the data forbid it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    options = _parser().parse_args(arguments)
    try:
        train(options.config, options.audio_folder, options.output_folder)
    except GanAudioCompressionError as error:
        logger.error("%s", error)
        return 1
    return 0


def train(config: SegmentTrainingConfig, audio_folder: Path, output_folder: Path) -> None:
    """Train both stages on the speech of a folder and write models and history."""
    speech = prepare_speech(audio_folder, output_folder / "log_mel")
    checkpoints, observer = output_folder / "checkpoints", Observer()
    gan, gan_history = train_gan(speech, config, checkpoints, observer)
    _write(output_folder / "gan_model.safetensors", gan.to_bytes())
    codec, encoder_history = train_encoder(gan, speech, config, checkpoints, observer)
    _write(output_folder / "segment_model.safetensors", codec.to_bytes())
    rows = _rows("gan", gan_history) + _rows("encoder", encoder_history)
    _write(output_folder / "segment_history.json", json.dumps(rows, indent=1).encode())


def _write(path: Path, data: bytes) -> None:
    with replacing(path) as aside:
        aside.write_bytes(data)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m gan_audio_compression.training",
        description="Train the segment codec on a folder of speech, without Kedro.",
    )
    parser.add_argument(
        "config", type=_config, help="JSON file with the keys of the training parameters"
    )
    parser.add_argument("audio_folder", type=Path, help="speech corpus; it is only read")
    parser.add_argument("output_folder", type=Path, help="for models, history and checkpoints")
    return parser


def _config(path: str) -> SegmentTrainingConfig:
    try:
        return SegmentTrainingConfig.from_dict(json.loads(Path(path).read_text("utf-8")))
    except (OSError, TypeError, ValueError, AttributeError) as error:
        raise argparse.ArgumentTypeError(
            f"{path} is no training configuration ({error}); correct it."
        ) from error


def _rows(stage: str, history: History) -> list[dict[str, object]]:
    return [{"stage": stage, "epoch": i, **figures} for i, figures in enumerate(history, 1)]


if __name__ == "__main__":
    sys.exit(main())
