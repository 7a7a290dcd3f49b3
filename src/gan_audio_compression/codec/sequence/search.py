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


@dataclass(frozen=True, eq=False)
class SequenceProblem:
    """A chunk, the quality that it is coded at, and what a kbit/s is worth.

    Attributes:
        model: the codec.
        log_mel: [frames, 128] in nepers.
        quality: 0 .. 255.
        price: distortion that a kbit/s is worth.
    """

    model: SequenceModel
    log_mel: Tensor
    quality: int
    price: float

    @cached_property
    def start(self) -> Tensor:
        """The encoder's latents [1, N, C], in steps of the quantiser."""
        return self.model.latents(self.log_mel, self.quality)

    def objective(self, latents: Tensor) -> Tensor:
        """Return distortion + price * rate of `latents` [1, N, C], which need not be whole.

        It is differentiable; the rate is that of the prior in floats, in kbit/s.
        """
        frames = len(self.log_mel)
        loudness = self.model.generate(latents, self.quality)[:, :frames]
        lost = distortion(self._target, loudness, self.model.encoder.deviation, DistortionWeights())
        quality = told(self.quality, latents.device)
        bits = self.model.float_prior.code_length(latents, quality).sum()
        return lost.total[0] + self.price * bits * _FRAMES_A_SECOND / frames / 1000

    @torch.no_grad()
    def value(self, symbols: NDArray[np.int64]) -> float:
        """Return the objective of symbols [N, C]."""
        return float(self.objective(torch.from_numpy(symbols).float()[None].to(self.start.device)))

    @cached_property
    def _target(self) -> Tensor:
        return self.log_mel[None].to(self.start.device)


def anneal(problem: SequenceProblem, iterations: int, seed: int = 0) -> NDArray[np.int64]:
    """Return symbols [N, C] with no higher an objective than the encoder's.

    Args:
        problem: what to code.
        iterations: steps of Adam.
        seed: of the draws; the same one gives the same symbols on the same machine.
    """
    draws = torch.Generator().manual_seed(seed)
    latents = problem.start.clone().requires_grad_(True)
    optimiser = torch.optim.Adam([latents], lr=_STEP)
    for iteration in range(iterations):
        cooled = _HOTTEST * math.exp(-_COOLING * iteration / iterations)
        objective = problem.objective(_drawn(latents, max(cooled, _COLDEST), draws))
        optimiser.zero_grad()
        objective.backward()
        optimiser.step()
    start, found = (whole(values) for values in (problem.start, latents.detach()))
    return found if problem.value(found) < problem.value(start) else start


def _drawn(latents: Tensor, temperature: float, draws: torch.Generator) -> Tensor:
    """Return latents moved towards the level below or above, drawn by how near each is."""
    below = latents.detach().floor()
    above_share = (latents - below).clamp(_BETWEEN, 1 - _BETWEEN)
    distances = torch.stack([above_share, 1 - above_share], dim=-1)
    logits = -torch.atanh(distances) / temperature
    uniform = torch.rand(logits.shape, generator=draws).clamp(1e-6, 1 - 1e-6).to(logits)
    gumbel = -(-uniform.log()).log()
    return below + ((logits + gumbel) / temperature).softmax(-1)[..., 1]
