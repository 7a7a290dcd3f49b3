"""What stages share that keep a running average of their network and may have an adversary."""

from typing import Generic, TypeVar, cast

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from gan_audio_compression.training.adversary import Adversary
from gan_audio_compression.training.checkpoint import pack, unpack

Network = TypeVar("Network", bound=nn.Module)


class AveragedStage(Generic[Network]):
    """A network with its running average, its optimiser and perhaps an adversary.

    Args:
        model: the network, on its device.
        adversary: that it learns beside; None for none.
        betas: of Adam.
        ema: share of the average that stays at each step.
    """

    def __init__(
        self,
        model: Network,
        adversary: Adversary | None,
        *,
        betas: tuple[float, float],
        ema: float,
    ) -> None:
        self.model = model
        self._adversary = adversary
        self._average = AveragedModel(
            model, multi_avg_fn=get_ema_multi_avg_fn(ema), use_buffers=True
        )
        self._optimiser = torch.optim.Adam(model.parameters(), betas=betas)

    def start_epoch(self, epoch: int) -> None:
        """Nothing changes between epochs."""

    def averaged(self) -> Network:
        """Return the running average of the network."""
        return cast(Network, self._average.module)

    def state(self) -> dict[str, Tensor]:
        """Return weights, averages and moments."""
        return pack(self._modules(), self._optimisers())

    def restore(self, state: dict[str, Tensor]) -> None:
        """Undo `state`."""
        unpack(state, self._modules(), self._optimisers())

    def _modules(self) -> dict[str, nn.Module]:
        judge = {"discriminator": self._adversary.discriminator} if self._adversary else {}
        return {"model": self.model, "average": self._average, **judge}

    def _optimisers(self) -> dict[str, torch.optim.Optimizer]:
        judge = {"d_optimiser": self._adversary.optimiser} if self._adversary else {}
        return {"optimiser": self._optimiser, **judge}


class DrawingStage(AveragedStage[Network]):
    """One whose steps draw numbers, which a checkpoint keeps the place of.

    Args:
        seed: of the draws.
    """

    def __init__(
        self,
        model: Network,
        adversary: Adversary | None,
        *,
        betas: tuple[float, float],
        ema: float,
        seed: int,
    ) -> None:
        super().__init__(model, adversary, betas=betas, ema=ema)
        self._draws = torch.Generator().manual_seed(seed)

    def state(self) -> dict[str, Tensor]:
        """Return weights, averages, moments and the state of the draws."""
        return super().state() | {"draws": self._draws.get_state()}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Undo `state`."""
        super().restore(state)
        self._draws.set_state(state["draws"])
