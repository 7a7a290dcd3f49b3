"""Search for the symbols of the codec over time: what the encoder's latents become is looked for.

Stochastic Gumbel annealing (Yang, Bamler, Mandt, "Improving inference for neural image
compression", 2020): each latent is drawn, relaxed, between the two levels beside it, ever more
decidedly as the temperature falls, while its gradient moves it.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.codec.sequence.distortion import DistortionWeights, distortion
from gan_audio_compression.codec.sequence.model import SequenceModel, told, whole
from gan_audio_compression.signal.spec import HOP, SAMPLE_RATE

_FRAMES_A_SECOND = SAMPLE_RATE / HOP
# Found on validation speech.
_STEP = 0.05
_HOTTEST, _COLDEST = 0.5, 0.05
_COOLING = 3.0
_BETWEEN = 1e-4
# How fast the price follows a rate that is too high or too low, and how it goes with the rate.
_FEEDBACK = 1.0
_PRICE_EXPONENT = 2.5


@dataclass(frozen=True, eq=False)
class SequenceProblem:
    """A chunk, the quality that it is coded at, and what a kbit/s is worth.

    Attributes:
        model: the codec.
        log_mel: [frames, 128] in nepers.
        quality: 0 .. 255.
        price: distortion that a kbit/s is worth.
        bits: code length to aim at; the search then moves the price. None for the price alone.
    """

    model: SequenceModel
    log_mel: Tensor
    quality: int
    price: float
    bits: float | None = None

    @cached_property
    def start(self) -> Tensor:
        """The encoder's latents [1, N, C], in steps of the quantiser."""
        return self.model.latents(self.log_mel, self.quality)

    def distortion(self, latents: Tensor) -> Tensor:
        """Return the distortion of `latents` [1, N, C], whole or not; differentiable."""
        loudness = self.model.generate(latents, self.quality)[:, : len(self.log_mel)]
        deviation, weights = self.model.encoder.deviation, DistortionWeights()
        return distortion(self._target, loudness, deviation, weights).total[0]

    def code_length(self, latents: Tensor) -> Tensor:
        """Return the bits of `latents` [1, N, C] under the prior in floats; differentiable."""
        quality = told(self.quality, latents.device)
        return self.model.float_prior.code_length(latents, quality).sum()

    def kbit_s(self, bits: Tensor) -> Tensor:
        """Return the rate of a code length."""
        return bits * _FRAMES_A_SECOND / len(self.log_mel) / 1000

    @torch.no_grad()
    def value(self, symbols: NDArray[np.int64]) -> float:
        """Return distortion + price * rate of symbols [N, C]."""
        latents = torch.from_numpy(symbols).float()[None].to(self.start.device)
        rate = self.kbit_s(self.code_length(latents))
        return float(self.distortion(latents) + self.price * rate)

    @cached_property
    def _target(self) -> Tensor:
        return self.log_mel[None].to(self.start.device)


def anneal(problem: SequenceProblem, iterations: int, seed: int = 0) -> NDArray[np.int64]:
    """Return symbols [N, C]; they are near the bits of the problem, where it has any.

    Where it has none, their objective is no higher than that of the encoder's symbols.

    Args:
        problem: what to code.
        iterations: steps of Adam.
        seed: of the draws; the same one gives the same symbols on the same machine.
    """
    draws = torch.Generator().manual_seed(seed)
    latents = problem.start.clone().requires_grad_(True)
    optimiser = torch.optim.Adam([latents], lr=_STEP)
    price = _first_price(problem)
    for iteration in range(iterations):
        cooled = _HOTTEST * math.exp(-_COOLING * iteration / iterations)
        drawn = _drawn(latents, max(cooled, _COLDEST), draws)
        rate = problem.kbit_s(problem.code_length(drawn))
        objective = problem.distortion(drawn) + price * rate
        optimiser.zero_grad()
        objective.backward()
        optimiser.step()
        price *= _feedback(problem, latents)
    found = whole(latents.detach())
    if problem.bits is not None:
        return found
    start = whole(problem.start)
    return found if problem.value(found) < problem.value(start) else start


def _first_price(problem: SequenceProblem) -> float:
    if problem.bits is None:
        return problem.price
    excess = max(_relative_bits(problem, problem.start), 1.0)
    return problem.price * math.exp(_PRICE_EXPONENT * math.log(excess))


def _feedback(problem: SequenceProblem, latents: Tensor) -> float:
    """Return the factor on the price that brings the bits nearer to those aimed at."""
    if problem.bits is None:
        return 1.0
    excess = min(_relative_bits(problem, latents), 2.0) - 1
    return math.exp(_FEEDBACK * excess)


@torch.no_grad()
def _relative_bits(problem: SequenceProblem, latents: Tensor) -> float:
    assert problem.bits is not None
    return float(problem.code_length(latents.round())) / problem.bits


def _drawn(latents: Tensor, temperature: float, draws: torch.Generator) -> Tensor:
    """Return latents moved towards the level below or above, drawn by how near each is."""
    below = latents.detach().floor()
    above_share = (latents - below).clamp(_BETWEEN, 1 - _BETWEEN)
    distances = torch.stack([above_share, 1 - above_share], dim=-1)
    logits = -torch.atanh(distances) / temperature
    uniform = torch.rand(logits.shape, generator=draws).clamp(1e-6, 1 - 1e-6).to(logits)
    gumbel = -(-uniform.log()).log()
    return below + ((logits + gumbel) / temperature).softmax(-1)[..., 1]
