"""`python -m gan_audio_compression.training segment|sequence CONFIG.json AUDIO_FOLDER OUTPUT`.

Trains a codec where Kedro is not installed, such as on bare GPU nodes; `torchrun -m` in place of
`python -m` lets several processes or machines train together. Started again, it goes on from its
last checkpoint. The model file that it writes is the one that the pipelines read.
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
from gan_audio_compression.training.config import configured
from gan_audio_compression.training.observer import Observer
from gan_audio_compression.training.parallel import first_alone, is_first, together
from gan_audio_compression.training.segment.config import SegmentTrainingConfig
from gan_audio_compression.training.segment.run import train_encoder, train_gan
from gan_audio_compression.training.sequence.config import SequenceTrainingConfig

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train as the command line asks; return the exit code, 1 where the data forbid it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    options = _parser().parse_args(arguments)
    try:
        with together(options.config.runtime.device):
            options.train(options)
    except GanAudioCompressionError as error:
        logger.error("%s", error)
        return 1
    return 0


def _train_segment(options: argparse.Namespace) -> None:
    """Train both stages on the speech of a folder and write models and history."""
    config: SegmentTrainingConfig = options.config
    output = options.output_folder
    with first_alone():
        speech = prepare_speech(options.audio_folder, output / "log_mel")
    checkpoints, observer = output / "checkpoints", Observer()
    gan, gan_history = train_gan(speech, config, checkpoints, observer)
    _write(output / "gan_model.safetensors", gan.to_bytes())
    codec, encoder_history = train_encoder(gan, speech, config, checkpoints, observer)
    _write(output / "segment_model.safetensors", codec.to_bytes())
    rows = _rows("gan", gan_history) + _rows("encoder", encoder_history)
    _write(output / "segment_history.json", json.dumps(rows, indent=1).encode())


def _train_sequence(options: argparse.Namespace) -> None:
    """Train on the speech of a folder and variations of it; write model and history."""
    # They need more libraries than the segment codec does.
    from gan_audio_compression.codec.sequence.model import SequenceModel
    from gan_audio_compression.training.sequence.run import train_sequence

    config: SequenceTrainingConfig = options.config
    output = options.output_folder
    with first_alone():
        speech = prepare_speech(options.audio_folder, output / "log_mel", options.variations)
    start = options.start and SequenceModel.from_bytes(options.start.read_bytes())
    model, history = train_sequence(speech, config, output / "checkpoints", Observer(), start)
    _write(output / "sequence_model.safetensors", model.to_bytes())
    rows = _rows("sequence", history)
    _write(output / "sequence_history.json", json.dumps(rows, indent=1).encode())


def _write(path: Path, data: bytes) -> None:
    if is_first():
        with replacing(path) as aside:
            aside.write_bytes(data)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m gan_audio_compression.training",
        description="Train a codec on a folder of speech, without Kedro.",
    )
    codecs = parser.add_subparsers(required=True, metavar="segment|sequence")
    segment = codecs.add_parser("segment", help="the codec of the paper")
    segment.set_defaults(train=_train_segment)
    sequence = codecs.add_parser("sequence", help="the codec that goes beyond it")
    sequence.set_defaults(train=_train_sequence)
    for codec, config in ((segment, _segment_config), (sequence, _sequence_config)):
        codec.add_argument(
            "config", type=config, help="JSON file with the keys of the training parameters"
        )
        codec.add_argument("audio_folder", type=Path, help="speech corpus; it is only read")
        codec.add_argument("output_folder", type=Path, help="for models, history and checkpoints")
    sequence.add_argument(
        "--variations", type=int, default=0, metavar="N", help="of each utterance to train on"
    )
    sequence.add_argument("--start", type=Path, metavar="FILE", help="model file to go on from")
    return parser


def _segment_config(path: str) -> SegmentTrainingConfig:
    try:
        return SegmentTrainingConfig.from_dict(json.loads(Path(path).read_text("utf-8")))
    except (OSError, TypeError, ValueError, AttributeError) as error:
        raise _no_config(path, error) from error


def _sequence_config(path: str) -> SequenceTrainingConfig:
    try:
        return configured(SequenceTrainingConfig, json.loads(Path(path).read_text("utf-8")))
    except (OSError, TypeError, ValueError, AttributeError) as error:
        raise _no_config(path, error) from error


def _no_config(path: str, error: Exception) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(f"{path} is no training configuration ({error}); correct it.")


def _rows(stage: str, history: History) -> list[dict[str, object]]:
    return [{"stage": stage, "epoch": i, **figures} for i, figures in enumerate(history, 1)]


if __name__ == "__main__":
    sys.exit(main())
