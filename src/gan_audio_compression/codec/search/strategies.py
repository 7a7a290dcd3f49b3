"""The strategies: encoder only, back-propagation (figure 4) and ADMM (figure 5)."""

from collections.abc import Callable

import torch
from torch import Tensor

from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.objective import OBJECTIVES
from gan_audio_compression.codec.search.problem import BestSoFar, SearchProblem, SearchResult

Strategy = Callable[[SearchProblem, SearchConfig], SearchResult]


def encoder_only(problem: SearchProblem, config: SearchConfig) -> SearchResult:
    """Send the encoder's latent, quantised."""
    best = BestSoFar()
    _offer(problem, problem.start, best)
    return best.result()


def back_propagation(problem: SearchProblem, config: SearchConfig) -> SearchResult:
    """Figure 4 of the paper: gradient step, quantise, repeat until nothing moves."""
    best = BestSoFar()
    latent = problem.start
    for _ in range(config.iterations + 1):
        symbols = problem.symbols(latent)
        quantised = problem.values(symbols)
        objective, gradient = problem.gradient(quantised)
        best.offer(symbols, objective)
        latent = quantised - config.step * gradient
    return best.result()


def admm(problem: SearchProblem, config: SearchConfig) -> SearchResult:
    """Figure 5 of the paper: alternating direction method of multipliers.

    In the scaled form with dual variable u: z follows the gradient of
    F(x, G(z)) + mu / 2 |z - Q + u|^2 by Adam; after each few steps Q = quantise(z + u),
    u = u + z - Q, and mu grows so that z is driven to a latent that can be sent.
    """
    best = BestSoFar()
    latent = problem.start.clone()
    quantised = _offer(problem, latent, best)
    dual = torch.zeros_like(latent)
    mu = config.mu
    optimiser = torch.optim.Adam([latent], lr=config.step)
    for iteration in range(1, config.iterations + 1):
        _, gradient = problem.gradient(latent)
        latent.grad = gradient + mu * (latent - quantised + dual)
        optimiser.step()
        latent.clamp_(0.0, 1.0)
        if iteration % config.inner_steps == 0:
            quantised = _offer(problem, latent + dual, best)
            dual += latent - quantised
            mu *= config.mu_growth
    return best.result()


def _offer(problem: SearchProblem, latent: Tensor, best: BestSoFar) -> Tensor:
    """Quantise `latent`, let `best` judge it, return its levels."""
    symbols = problem.symbols(latent)
    quantised = problem.values(symbols)
    with torch.no_grad():
        best.offer(symbols, problem.objective(quantised))
    return quantised


STRATEGIES: dict[str, Strategy] = {
    "encoder_only": encoder_only,
    "back_propagation": back_propagation,
    "admm": admm,
}


def search(model: CodecModel, log_mel: Tensor, config: SearchConfig) -> SearchResult:
    """Find the symbols of `log_mel` [frames, 128]."""
    problem = SearchProblem(model, log_mel, OBJECTIVES[config.objective])
    return STRATEGIES[config.strategy](problem, config)
