"""Measure what the segment codec loses at the borders of its segments, and what context gains.

Run it as `python scripts/measure_borders.py FOLDER`; FOLDER holds corpora and a manifest.csv with
their splits. Two copies of the generator that ships learn on from there for a few hundred steps,
encoder and levels as they are: one sees the latents of a segment, as it does in the codec, the
other also those of the frames before and after it.
"""

import argparse
import copy
import logging
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gan_audio_compression.audio.resample import resample
from gan_audio_compression.codec.models import open_model
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.corpus.folder import list_folder
from gan_audio_compression.networks.operations import layer_norm
from gan_audio_compression.networks.segment.frame_networks import FrameGenerator
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.level import normalise_level
from gan_audio_compression.signal.segments import split_segments
from gan_audio_compression.signal.spec import FLOOR, SAMPLE_RATE
from gan_audio_compression.training.optimiser import adam, descend
from gan_audio_compression.training.segment.config import LossWeights
from gan_audio_compression.training.segment.losses import image_losses, weighted

CORPUS = "librispeech"
CONTEXT_COLUMNS = 8
STEPS, BATCH, RATE = 400, 16, 2e-4
LOSS = LossWeights(mse=1.0, distortion=1.0)
NEPERS = -FLOOR / 2

logger = logging.getLogger("measure_borders")


def segments_of(folder: Path, split: str) -> list[Tensor]:
    """Return the segments [S, 1, 128, 128] of each recording of a split."""
    paths = [e.path for e in list_folder(folder) if e.split == split and CORPUS in e.path]
    speeches = (resample(*decode_audio((folder / p).read_bytes()), SAMPLE_RATE) for p in paths)
    log_mels = (log_mel_spectrogram(torch.from_numpy(normalise_level(s)[0])) for s in speeches)
    return [split_segments(log_mel) for log_mel in log_mels]


@torch.no_grad()
def latents_in_context(model: SegmentModel, recording: Tensor) -> Tensor:
    """Return the levels [S, values, 8 + 32 + 8] of the segments of a recording."""
    columns = model.networks.columns
    silence = torch.full_like(recording[:1], -1.0)
    images = torch.cat([silence, recording, silence])
    joined = torch.cat(list(model.quantiser(model.encode(images))), dim=1)
    width = columns + 2 * CONTEXT_COLUMNS
    return joined[:, columns - CONTEXT_COLUMNS :].unfold(1, width, columns).transpose(0, 1)


def generated(generator: FrameGenerator, latents: Tensor, context: int) -> Tensor:
    """Return the images [S, 1, 128, 128] from latents with `context` columns on either side."""
    surplus = CONTEXT_COLUMNS - context
    seen = latents[:, :, surplus : latents.shape[2] - surplus]
    layers = generator.layers
    place = functional.pad(layers.place, (0, 0, context, context))
    hidden = layers.in_proj(2.0 * seen.transpose(1, 2) - 1.0) + place
    for block in layers.blocks:
        hidden = block(hidden)
    columns = layers.out_proj(layer_norm(hidden))[:, context : hidden.shape[1] - context]
    images: Tensor = columns.reshape(len(seen), 128, 128).transpose(1, 2).unsqueeze(1)
    return images


@torch.no_grad()
def log_errors(name: str, made: Tensor, images: Tensor) -> None:
    """Log the mean error of the log mel by place in the segment, and the losses."""
    by_frame = NEPERS * (made - images).abs().mean((0, 1, 2))
    losses = {key: float(loss) for key, loss in image_losses(made, images, LOSS).items()}
    inner = by_frame[16:-16].mean()
    parts = (by_frame[0], by_frame[:4].mean(), inner, by_frame[-4:].mean(), by_frame[-1])
    logger.info(
        "%s: first frame %.3f, first four %.3f, inner 96 %.3f, last four %.3f, last %.3f neper;"
        " all %.4f; %s",
        name,
        *parts,
        by_frame.mean(),
        ", ".join(f"{key} {loss:.5f}" for key, loss in losses.items()),
    )


def learnt(generator: FrameGenerator, latents: Tensor, images: Tensor, context: int) -> None:
    """Let `generator` learn on, with the same draws whatever the context."""
    draws = np.random.default_rng(0)
    optimiser = adam(generator.parameters())
    for step in range(STEPS):
        chosen = torch.from_numpy(draws.integers(len(images), size=BATCH))
        made = generated(generator, latents[chosen], context)
        loss = weighted(image_losses(made, images[chosen], LOSS), LOSS)
        descend(loss, optimiser, RATE * (1 - step / STEPS), gradient_limit=1.0)


def main() -> None:
    """Log errors by place: as shipped, and after learning on without and with context."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    torch.set_num_threads(1)
    model = open_model("paper")
    if not isinstance(model, SegmentModel) or not isinstance(model.generator, FrameGenerator):
        raise SystemExit("The model paper has no networks of frames; ship one that has.")
    train, validation = (segments_of(folder, split) for split in ("train", "validation"))
    latents, watched = (
        torch.cat([latents_in_context(model, recording) for recording in recordings])
        for recordings in (train, validation)
    )
    images, targets = torch.cat(train), torch.cat(validation)
    logger.info("%d segments to learn from, %d to watch", len(images), len(targets))
    with torch.no_grad():
        log_errors("as shipped", generated(model.generator, watched, 0), targets)
    for context in (0, CONTEXT_COLUMNS):
        generator = copy.deepcopy(model.generator).requires_grad_(True)
        learnt(generator, latents, images, context)
        with torch.no_grad():
            made = generated(generator, watched, context)
        log_errors(f"{4 * context} frames of context", made, targets)


if __name__ == "__main__":
    main()
