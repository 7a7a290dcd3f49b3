"""Segments as a problem of a search: masks, columns, gains."""

import pytest
import torch
from torch import Tensor

from gan_audio_compression.codec.search.problem import gradient
from gan_audio_compression.codec.segment.columns import sent_columns
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.segment.objective import mean_square
from gan_audio_compression.codec.segment.problem import SegmentProblem
from gan_audio_compression.signal.segments import frame_mask, split_segments, to_unit_range

# One whole segment and 72 frames, which need 18 of the 32 columns of the next.
FRAMES = 200


@pytest.fixture
def log_mel() -> Tensor:
    return -10.0 * torch.rand(FRAMES, 128, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def problem(segment_model: SegmentModel, log_mel: Tensor) -> SegmentProblem:
    mask, sent = frame_mask(FRAMES), sent_columns(FRAMES, segment_model.networks.columns)
    return SegmentProblem(segment_model, mean_square, split_segments(log_mel), mask, sent)


def test_the_objective_is_the_square_error_of_real_frames(
    problem: SegmentProblem, segment_model: SegmentModel, log_mel: Tensor
) -> None:
    latent = torch.rand(2, 16, 32, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        objective = problem.objective(latent)
        frames = segment_model.generator(latent).squeeze(1).transpose(1, 2).reshape(-1, 128)
    error = (frames[:FRAMES] - to_unit_range(log_mel)).square().mean(1)
    torch.testing.assert_close(objective, torch.stack([error[:128].mean(), error[128:].mean()]))


def test_frames_past_the_end_do_not_count(problem: SegmentProblem) -> None:
    latent = problem.start
    before, gradient_before = gradient(problem, latent)
    problem.images[1, :, :, FRAMES - 128 :] = 0.7
    after, gradient_after = gradient(problem, latent)
    assert torch.equal(before, after)
    assert torch.equal(gradient_before, gradient_after)
    problem.images[1, :, :, FRAMES - 129] = 0.7
    assert problem.objective(latent)[1] != after[1]


def test_columns_that_are_not_sent_carry_silence(
    problem: SegmentProblem, segment_model: SegmentModel
) -> None:
    symbols = problem.symbols(torch.ones(2, 16, 32))
    highest = len(segment_model.quantiser.levels) - 1
    assert (symbols[0] == highest).all()
    assert (symbols[1, :, :18] == highest).all()
    for column in range(18, 32):
        assert torch.equal(symbols[1, :, column], segment_model.padding)


def test_the_gradient_of_a_segment_is_its_own(problem: SegmentProblem) -> None:
    _, slope = gradient(problem, problem.start)
    changed = problem.start.clone()
    changed[1] = 0.0
    _, other = gradient(problem, changed)
    torch.testing.assert_close(slope[0], other[0])
    assert not torch.allclose(slope[1], other[1])


def test_a_gain_is_what_a_change_alone_lowers(problem: SegmentProblem) -> None:
    symbols = problem.symbols(problem.start)
    places = torch.tensor([5, symbols[0].numel() + 11])
    lower, _ = problem.around(symbols)
    changed = torch.where(lower == symbols, symbols + 1, lower).flatten()[places]
    gains = problem.gains(symbols, places, changed)
    for place, value, gain in zip(places, changed, gains, strict=True):
        moved = symbols.clone()
        moved.view(-1)[place] = value
        with torch.no_grad():
            before, after = (problem.objective(problem.values(s)).sum() for s in (symbols, moved))
        assert gain == pytest.approx(float(before - after), abs=1e-6)
