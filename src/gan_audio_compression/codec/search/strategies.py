"""The strategies by name, and those of the paper: back-propagation (figure 4), ADMM (figure 5)."""

from collections.abc import Callable

import torch

from gan_audio_compression.codec.search.annealing import annealing
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.problem import (
    BestSoFar,
    SearchProblem,
    SearchResult,
    evaluated,
    gradient,
    offer,
)
from gan_audio_compression.codec.search.refinement import refinement

Strategy = Callable[[SearchProblem, SearchConfig], SearchResult]


def encoder_only(problem: SearchProblem, config: SearchConfig) -> SearchResult:
    """Send the encoder's latent, quantised."""
    best = BestSoFar()
    offer(problem, problem.start, best)
    return best.result()


def back_propagation(problem: SearchProblem, config: SearchConfig) -> SearchResult:
    """Figure 4 of the paper: gradient step, quantise, repeat until nothing moves."""
    best = BestSoFar()
    symbols = problem.symbols(problem.start)
    step = config.step * problem.span / problem.stiffness
    for _ in range(config.iterations):
        quantised = problem.values(symbols)
        best.offer(symbols, evaluated(problem, symbols))
        _, slope = gradient(problem, quantised)
        moved = problem.symbols(quantised - step * slope)
        if torch.equal(moved, symbols):
            return best.result()
        symbols = moved
    offer(problem, problem.values(symbols), best)
    return best.result()


def admm(problem: SearchProblem, config: SearchConfig) -> SearchResult:
    """Figure 5 of the paper: alternating direction method of multipliers.

    In the scaled form with dual variable u: z follows the gradient of
    F(x, G(z)) + mu / 2 |z - Q + u|^2 by Adam; after each few steps Q = quantise(z + u),
    u = u + z - Q, and mu grows so that z is driven to a latent that can be sent.
    """
    best = BestSoFar()
    quantised = offer(problem, problem.start, best)
    latent = torch.where(problem.sent, problem.start, quantised)
    dual = torch.zeros_like(latent)
    mu = config.mu * problem.stiffness
    optimiser = torch.optim.Adam([latent], lr=config.step * problem.span)
    for iteration in range(1, config.iterations + 1):
        _, slope = gradient(problem, latent)
        # What is not sent stays the silence that the receiver will put there.
        latent.grad = (slope + mu * (latent - quantised + dual)) * problem.sent
        optimiser.step()
        latent.clamp_(*problem.limits)
        if iteration % config.inner_steps == 0:
            quantised = offer(problem, latent + dual, best)
            dual += latent - quantised
            mu *= config.mu_growth
    return best.result()


STRATEGIES: dict[str, Strategy] = {
    "encoder_only": encoder_only,
    "back_propagation": back_propagation,
    "admm": admm,
    "annealing": annealing,
    "refinement": refinement,
}
