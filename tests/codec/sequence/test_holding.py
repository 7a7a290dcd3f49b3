"""Held latents: which pieces, that they cost next to nothing, and that a search leaves them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gan_audio_compression.codec.chunk_coder import LogMel
from gan_audio_compression.codec.coding import Coding
from gan_audio_compression.codec.models import open_model
from gan_audio_compression.codec.search.presets import search_config
from gan_audio_compression.codec.sender import encode_speech
from gan_audio_compression.codec.sequence.coder import SequenceCoder
from gan_audio_compression.codec.sequence.holding import held, held_pieces
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.spec import FLOOR
from gan_audio_compression.signal.steady import averaged_where_steady

RATE = 16_000
MakeSpeech = Callable[[int, int], Any]


def changing(frames: int) -> LogMel:
    return np.random.default_rng(0).standard_normal((frames, 128)).astype(np.float32)


def still(frames: int, value: float = -3.0) -> LogMel:
    return np.full((frames, 128), value, np.float32)


@pytest.mark.parametrize(
    ("parts", "pieces"),
    [
        ([changing(80)], []),
        ([still(80)], [(0, 20)]),
        ([still(78)], [(0, 20)]),
        # Four latent frames beside a change are not held.
        ([changing(40), still(80), changing(40)], [(14, 26)]),
        ([changing(40), still(80)], [(14, 30)]),
        ([changing(42), still(80)], [(15, 31)]),
        ([changing(40), still(36), changing(40)], []),
        # Steps between two averages are no such change.
        ([still(128), still(128, -4.0), changing(40)], [(0, 32), (32, 60)]),
    ],
)
def test_what_does_not_change_is_held(parts: list[LogMel], pieces: list[tuple[int, int]]) -> None:
    assert held_pieces(np.concatenate(parts)) == pieces


def test_one_latent_frame_stands_for_a_piece() -> None:
    latents = np.random.default_rng(1).standard_normal((12, 3)).astype(np.float32)
    result = held(latents, [(2, 7), (7, 11)])
    np.testing.assert_array_equal(result[:2], latents[:2])
    np.testing.assert_array_equal(result[11:], latents[11:])
    np.testing.assert_array_equal(result[2:7], np.tile(np.median(latents[2:7], 0), (5, 1)))
    # Of an even number, the lower of the two in the middle.
    second = np.partition(latents[7:11], 1, axis=0)[1]
    np.testing.assert_array_equal(result[7:11], np.tile(second, (4, 1)))


@pytest.mark.parametrize("effort", [0, 1, 3])
def test_a_search_leaves_held_latents(
    sequence_model: SequenceModel, make_speech: MakeSpeech, effort: int
) -> None:
    speech = log_mel_spectrogram(make_speech(2 * RATE, 1))
    log_mel = np.concatenate([speech, np.full((120, 128), FLOOR, np.float32), speech])
    # This model has texture, so that its sender averages first.
    ((start, end),) = held_pieces(averaged_where_steady(log_mel))
    strategy = "annealing" if effort else "encoder_only"
    coder = SequenceCoder(sequence_model, search_config(strategy, effort))
    coded = coder.encode(log_mel, 250)
    assert coded is not None
    assert (coded.symbols[start:end] == coded.symbols[start]).all()
    assert (np.diff(coded.symbols[:start], axis=0) != 0).any()
    decoded, _ = coder.decode(coded.payload, len(log_mel))
    np.testing.assert_array_equal(decoded, coded.symbols)


@pytest.mark.parametrize("size", [1e-3, 1e-2])
def test_steady_noise_takes_less_than_100_bits_a_second(size: float) -> None:
    """Of the model that ships, which takes 1.4 kbit/s where nothing is held."""
    noise = size * np.random.default_rng(0).standard_normal(20 * RATE).astype(np.float32)
    coding = Coding(search_config("encoder_only", 0), bitrate=2000)
    data = encode_speech(open_model("default"), noise, coding).data
    assert 8 * len(data) / 20 < 100
