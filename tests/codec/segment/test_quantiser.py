"""The quantiser and the levels that are fitted to latents."""

import numpy as np
import pytest
import torch

from gan_audio_compression.codec.segment.quantiser import Quantiser, even_levels, fit_levels

LEVELS = torch.tensor([0.0, 0.25, 0.5, 1.0])


def test_each_element_goes_to_its_nearest_level() -> None:
    latent = torch.rand(3, 5, 7, generator=torch.Generator().manual_seed(0)) * 1.4 - 0.2
    symbols = Quantiser(LEVELS).symbols(latent)
    assert symbols.dtype == torch.int64
    assert torch.equal(symbols, (latent[..., None] - LEVELS).abs().argmin(-1))
    assert torch.equal(Quantiser(LEVELS)(latent), LEVELS[symbols])


def test_a_tie_goes_to_the_lower_level() -> None:
    ties = torch.tensor([0.125, 0.375, 0.75])
    assert Quantiser(LEVELS).symbols(ties).tolist() == [0, 1, 2]


def test_levels_are_their_own_symbols() -> None:
    quantiser = Quantiser(LEVELS)
    assert quantiser.symbols(LEVELS).tolist() == [0, 1, 2, 3]
    assert torch.equal(quantiser(quantiser(LEVELS + 0.01)), quantiser(LEVELS + 0.01))


def test_a_latent_in_any_memory_layout() -> None:
    latent = torch.rand(2, 8, 8, 8)
    turned = latent.permute(0, 3, 1, 2)
    expected = Quantiser(LEVELS).symbols(latent).permute(0, 3, 1, 2)
    assert torch.equal(Quantiser(LEVELS).symbols(turned), expected)


def test_costs_move_an_element_to_a_cheaper_level() -> None:
    # From 0.3 the levels 0.25 and 0.5 are at square distances 0.0025 and 0.04.
    latent = torch.tensor([0.3, 0.3, 0.3])
    costs = torch.zeros(3, 4)
    costs[:, 1] = torch.tensor([0.0, 0.037, 0.038])
    assert Quantiser(LEVELS).symbols(latent, costs).tolist() == [1, 1, 2]


def test_equal_costs_change_nothing() -> None:
    latent = torch.rand(2, 8, 8, 8, generator=torch.Generator().manual_seed(0))
    costs = torch.full((8, 8, 1, 4), 0.5)
    assert torch.equal(Quantiser(LEVELS).symbols(latent, costs), Quantiser(LEVELS).symbols(latent))


def test_the_gradient_passes_straight_through() -> None:
    latent = torch.rand(50, requires_grad=True)
    weights = torch.randn(50)
    quantised = Quantiser(LEVELS).straight_through(latent)
    torch.testing.assert_close(quantised, Quantiser(LEVELS)(latent), atol=1e-7, rtol=0)
    (weights * quantised).sum().backward()
    assert latent.grad is not None
    assert torch.equal(latent.grad, weights)


@pytest.mark.parametrize(
    "levels",
    [[0.5, 0.2], [0.1, 0.1], [0.0, float("nan")], [0.0, float("inf")], [[0.0, 1.0]]],
)
def test_levels_that_do_not_increase_are_refused(levels: list) -> None:
    with pytest.raises(ValueError, match="not increasing; fit them again"):
        Quantiser(torch.tensor(levels))


def test_even_levels_halve_the_error_of_their_spacing() -> None:
    latent = torch.linspace(0, 1, 1001)
    error = (Quantiser(even_levels(16))(latent) - latent).abs().max().item()
    assert error == pytest.approx(1 / 32, abs=1e-6)


def clusters(centres: list[float], spread: float, size: int = 2000) -> np.ndarray:
    rng = np.random.default_rng(0)
    return (rng.choice(centres, size) + spread * rng.standard_normal(size)).astype(np.float32)


def test_separate_clusters_are_found() -> None:
    centres = [0.1, 0.2, 0.6, 0.95]
    levels = fit_levels(clusters(centres, spread=0.005), 4)
    assert levels.dtype == torch.float32
    assert levels.tolist() == pytest.approx(centres, abs=1e-3)


def test_the_fit_depends_on_the_multiset_alone() -> None:
    samples = clusters([0.2, 0.8], spread=0.1)
    shuffled = np.random.default_rng(1).permutation(samples)
    assert torch.equal(fit_levels(samples, 8), fit_levels(shuffled, 8))


def test_as_many_levels_as_distinct_values() -> None:
    samples = np.array([0.5, 0.25, 0.25, 1.0, 0.25], dtype=np.float32)
    assert fit_levels(samples, 3).tolist() == [0.25, 0.5, 1.0]


def test_too_few_distinct_values_are_refused() -> None:
    with pytest.raises(ValueError, match="4 levels cannot be fitted"):
        fit_levels(np.array([0.1, 0.2, 0.3] * 100, dtype=np.float32), 4)


def test_a_heavy_value_does_not_swallow_levels() -> None:
    """Sigmoids saturate: most latents may be the same number."""
    spread = np.linspace(0.2, 0.8, 500, dtype=np.float32)
    levels = fit_levels(np.concatenate([np.zeros(10_000, np.float32), spread]), 8)
    Quantiser(levels)
    assert levels[0].item() == pytest.approx(0.0, abs=0.01)
    assert (levels > 0.2).sum().item() >= 6


def test_inertia_is_that_of_a_reference_implementation() -> None:
    cluster = pytest.importorskip("sklearn.cluster", reason="scikit-learn is not installed")
    samples = np.random.default_rng(0).beta(0.4, 1.5, 4000).astype(np.float32)
    reference = cluster.KMeans(8, n_init=5, random_state=0).fit(samples[:, None]).inertia_
    latent = torch.from_numpy(samples)
    ours = (Quantiser(fit_levels(samples, 8))(latent) - latent).square().sum().item()
    assert ours <= 1.02 * reference
