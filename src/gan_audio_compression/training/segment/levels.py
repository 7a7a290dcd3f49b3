"""Other levels for a trained codec, whose networks stay as they are."""

from dataclasses import replace

import torch
from torch import Tensor, nn

from gan_audio_compression.codec.segment.columns import column_contexts, to_columns
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.segment.quantiser import Quantiser, fit_levels
from gan_audio_compression.entropy.tables import LevelTables
from gan_audio_compression.signal.segments import split_segments
from gan_audio_compression.signal.spec import FLOOR, MEL_BANDS, SEGMENT_FRAMES
from gan_audio_compression.training.speech import Utterances


@torch.no_grad()
def silence_symbols(encoder: nn.Module, quantiser: Quantiser) -> Tensor:
    """Return the symbols [positions] in the middle of a segment of silence."""
    silence = split_segments(torch.full((SEGMENT_FRAMES, MEL_BANDS), FLOOR))
    symbols = quantiser.symbols(encoder(silence.to(quantiser.levels.device)).float())
    return symbols[0, :, symbols.shape[-1] // 2].cpu()


@torch.no_grad()
def encoder_latents(codec: SegmentModel, utterances: Utterances) -> list[tuple[int, Tensor]]:
    """Return the frames and the latents [S, positions, columns] of each utterance, in memory."""
    return [
        (frames, codec.encode(split_segments(torch.from_numpy(load()))))
        for frames, load in utterances.values()
    ]


def refit_levels(
    codec: SegmentModel, latents: list[tuple[int, Tensor]], count: int
) -> SegmentModel:
    """Return the codec with `count` levels, fitted by k-means, and the tables of them.

    Args:
        codec: on the CPU.
        latents: of training speech, as `encoder_latents` gives them.
        count: of levels, 2 to 256.

    Raises:
        ValueError: the latents have fewer distinct values.
    """
    values = torch.cat([latent.flatten() for _, latent in latents])
    quantiser = Quantiser(fit_levels(values.numpy(), count))
    columns = torch.cat(
        [
            torch.from_numpy(to_columns(quantiser.symbols(latent), frames))
            for frames, latent in latents
        ]
    ).numpy()
    contexts = column_contexts(*columns.shape)
    tables = LevelTables.fit(columns.ravel(), contexts, codec.positions, count)
    padding = silence_symbols(codec.encoder, quantiser)
    return replace(codec, quantiser=quantiser, padding=padding, tables=tables)
