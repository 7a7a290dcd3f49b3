"""Pieces: nothing is lost or moved, and their frames are those of the whole."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_audio_compression.signal.analysis import (
    centred_magnitude,
    frame_count,
    log_mel_of,
    log_mel_spectrogram,
    piece_magnitude,
)
from gan_audio_compression.signal.chunks import CONTEXT, cut

CHUNK = 1024


def noise(samples: int) -> np.ndarray:
    draw = np.random.default_rng(samples)
    return (0.05 * draw.standard_normal(samples) + 0.01).astype(np.float32)


def blocks_of(samples: np.ndarray, size: int) -> Iterator[np.ndarray]:
    return (samples[start : start + size] for start in range(0, len(samples), size))


LENGTHS = [1, 127, 128, 255, 1023, 1024, 1025, 1279, 1280, 1281, 2047, 2048, 2049, 5000]


@pytest.mark.parametrize("samples", LENGTHS)
@pytest.mark.parametrize("block", [100, 1024, 10_000])
def test_pieces_hold_all_samples_once_and_the_frames_of_the_whole(samples: int, block: int) -> None:
    whole = noise(samples)
    pieces = list(cut(blocks_of(whole, block), CHUNK))
    np.testing.assert_array_equal(np.concatenate([piece.samples for piece in pieces]), whole)
    assert [piece.last for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert all(piece.size == CHUNK and piece.frames == CHUNK // 128 for piece in pieces[:-1])
    assert 1 <= pieces[-1].size <= CHUNK
    assert sum(piece.frames for piece in pieces) == frame_count(samples)


@pytest.mark.parametrize("samples", LENGTHS)
def test_log_mels_of_the_pieces_are_that_of_the_whole(samples: int) -> None:
    whole = noise(samples)
    wanted = log_mel_spectrogram(whole)
    log_mels = [log_mel_of(piece_magnitude(p)) for p in cut(blocks_of(whole, 333), CHUNK)]
    # The first two frames look past the beginning.
    np.testing.assert_allclose(np.concatenate(log_mels)[2:], wanted[2:], atol=1e-5)


def first_magnitude(samples: np.ndarray) -> np.ndarray:
    return piece_magnitude(next(cut([samples.astype(np.float32)], CHUNK)))


@pytest.mark.parametrize("phase", [0.0, 1.2])
def test_a_tone_does_not_begin_with_a_click(phase: float) -> None:
    magnitude = first_magnitude(np.sin(0.4 * np.arange(4000) + phase))
    assert (magnitude[:2].argmax(1) == magnitude[2].argmax()).all()
    shape = magnitude / np.linalg.norm(magnitude, axis=1, keepdims=True)
    np.testing.assert_allclose(shape[:2], np.stack([shape[2]] * 2), rtol=1e-5)
    # Half of the first frame and a part of the second are before the tone.
    power = np.square(magnitude).sum(1) / np.square(magnitude[2]).sum()
    assert power[0] == pytest.approx(0.5, abs=0.05)
    assert 0.5 < power[1] < 1


def test_what_a_recording_begins_with_is_kept_where_it_is_louder() -> None:
    burst = np.zeros(4000, np.float32)
    burst[:100] = noise(100)
    np.testing.assert_allclose(first_magnitude(burst)[:2], centred_magnitude(burst)[:2], rtol=1e-5)


def test_a_clip_of_two_frames_stays_as_it_is() -> None:
    clip = noise(200)
    np.testing.assert_allclose(first_magnitude(clip), centred_magnitude(clip), rtol=1e-5)


@settings(max_examples=50)
@given(st.lists(st.integers(0, 1500), max_size=8))
def test_the_blocks_do_not_matter(sizes: list[int]) -> None:
    whole = noise(sum(sizes))
    found = list(cut(np.split(whole, np.cumsum(sizes)), CHUNK))
    wanted = list(cut([whole], CHUNK))
    assert [(p.left, p.right, p.size, p.last) for p in found] == [
        (p.left, p.right, p.size, p.last) for p in wanted
    ]
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one.recorded, other.recorded)


def test_a_piece_comes_as_soon_as_its_context_is_there() -> None:
    taken = 0

    def one_by_one() -> Iterator[np.ndarray]:
        nonlocal taken
        for sample in noise(4 * CHUNK):
            taken += 1
            yield np.array([sample])

    pieces = cut(one_by_one(), CHUNK)
    next(pieces)
    assert taken == CHUNK + CONTEXT
    next(pieces)
    assert taken == 2 * CHUNK + CONTEXT


def test_a_block_may_be_filled_again() -> None:
    whole, block = noise(4 * CHUNK), np.zeros(300, dtype=np.float32)

    def reader() -> Iterator[np.ndarray]:
        for part in blocks_of(whole, 300):
            block[: len(part)] = part
            yield block[: len(part)]

    samples = [piece.samples for piece in cut(reader(), CHUNK)]
    np.testing.assert_array_equal(np.concatenate(samples), whole)


@pytest.mark.parametrize("blocks", [[], [np.zeros(0, dtype=np.float32)] * 3])
def test_no_samples_are_no_piece(blocks: list[np.ndarray]) -> None:
    assert list(cut(blocks, CHUNK)) == []


@pytest.mark.parametrize("chunk", [0, -128, 128, 1000])
def test_a_chunk_that_frames_do_not_fill_is_refused(chunk: int) -> None:
    with pytest.raises(ValueError, match=str(chunk)):
        list(cut([noise(100)], chunk))
