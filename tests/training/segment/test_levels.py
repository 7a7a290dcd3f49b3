"""Other levels for a trained codec."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from gan_audio_compression.codec.segment.columns import column_contexts, to_columns
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.signal.segments import split_segments
from gan_audio_compression.training.segment.levels import encoder_latents, refit_levels


def mel(seed: int, frames: int) -> np.ndarray:
    return -10 * np.random.default_rng(seed).random((frames, 128), dtype=np.float32)


UTTERANCES = {"a": (200, lambda: mel(0, 200)), "b": (40, lambda: mel(1, 40))}


def test_more_levels_come_nearer_to_the_latents(segment_model: SegmentModel) -> None:
    latents = encoder_latents(segment_model, UTTERANCES)
    errors = []
    for count in (2, 4, 16, 64):
        quantiser = refit_levels(segment_model, latents, count).quantiser
        errors.append(sum(float((quantiser(z) - z).square().sum()) for _, z in latents))
    assert all(more < less / 2 for less, more in pairwise(errors))


def test_the_tables_count_what_is_sent(segment_model: SegmentModel) -> None:
    latents = encoder_latents(segment_model, UTTERANCES)
    refitted = refit_levels(segment_model, latents, 4)
    columns = np.concatenate(
        [to_columns(refitted.quantiser.symbols(z), frames) for frames, z in latents]
    )
    contexts = column_contexts(*columns.shape)
    fitted = refitted.tables.code_length(columns.ravel(), contexts)
    assert fitted < 2 * columns.size
    # 200 and 40 frames touch 50 and 10 columns of 4.
    assert len(columns) == 60


def test_latents_are_those_of_the_encoder(segment_model: SegmentModel) -> None:
    (frames, latent), _ = encoder_latents(segment_model, UTTERANCES)
    assert frames == 200
    torch.testing.assert_close(
        latent, segment_model.encode(split_segments(torch.from_numpy(mel(0, 200))))
    )


def test_too_few_latents_for_the_levels_are_refused(segment_model: SegmentModel) -> None:
    latents = [(16, torch.zeros(1, segment_model.positions, 32))]
    with pytest.raises(ValueError, match="4 levels"):
        refit_levels(segment_model, latents, 4)
