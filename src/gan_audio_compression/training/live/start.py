"""Networks of the live codec to begin with: those of a model, or of a sequence codec."""

from collections.abc import Sequence

import torch
from torch import Tensor

from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.sequence.float_prior import thaw_prior
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.networks.live.config import LATENT_FRAMES, LiveConfig
from gan_audio_compression.networks.sequence.config import LATENT_FRAMES as SEQUENCE_FRAMES
from gan_audio_compression.networks.sequence.modules import SequenceEncoder, SequenceGenerator
from gan_audio_compression.networks.weights import weights_below
from gan_audio_compression.signal.spec import MEL_BANDS
from gan_audio_compression.training.live.networks import LiveNetworks


def started_from(model: SequenceModel, config: LiveConfig, bfloat16: bool = False) -> LiveNetworks:
    """Return networks with the weights of a sequence codec.

    What it does with four frames of the log mel is stretched to five, and of its blocks as many
    stay as `config` says. See `LiveNetworks` for `bfloat16`.

    Raises:
        ValueError: their widths differ, or it has fewer blocks.
    """
    networks, old = LiveNetworks(config, bfloat16), model.networks
    widths = ("width", "latent_channels", "prior_width")
    if any(getattr(config, name) != getattr(old, name) for name in widths):
        raise ValueError(f"networks are {config}, but those to start from {old}.")
    networks.encoder.load_state_dict(
        _encoder(model.tensors.encoder, config.encoder_blocks), strict=False
    )
    networks.generator.load_state_dict(
        _generator(model.tensors.generator, config.generator_blocks), strict=False
    )
    networks.prior = thaw_prior(model.prior)
    return networks


def continued_from(model: LiveModel, bfloat16: bool = False) -> LiveNetworks:
    """Return networks with the weights of a model; see `LiveNetworks` for `bfloat16`."""
    networks = LiveNetworks(model.networks, bfloat16)
    for name, network in (("encoder", networks.encoder), ("generator", networks.generator)):
        weights = weights_below(model.weights, name)
        network.load_state_dict({key: torch.tensor(weight) for key, weight in weights.items()})
    networks.prior = thaw_prior(model.prior)
    return networks


def _encoder(encoder: SequenceEncoder, blocks: int) -> dict[str, Tensor]:
    state = _of_blocks(encoder.state_dict(), _kept(len(encoder.blocks), blocks))
    by_frame = state["in_proj.weight"].unflatten(1, (SEQUENCE_FRAMES, MEL_BANDS))
    stretched = torch.einsum("wfm,gf->wgm", by_frame, _stretch())
    state["in_proj.weight"] = stretched.flatten(1) * SEQUENCE_FRAMES / LATENT_FRAMES
    return state


def _generator(generator: SequenceGenerator, blocks: int) -> dict[str, Tensor]:
    state = _of_blocks(generator.state_dict(), _kept(len(generator.blocks), blocks))
    for name in ("out_proj.weight", "out_proj.bias"):
        by_frame = state[name].unflatten(0, (SEQUENCE_FRAMES, MEL_BANDS))
        state[name] = torch.einsum("fm...,gf->gm...", by_frame, _stretch()).flatten(0, 1)
    return state


def _stretch() -> Tensor:
    """Return what each of five frames takes of each of four, [5, 4], by linear interpolation."""
    places = (torch.arange(LATENT_FRAMES) + 0.5) * SEQUENCE_FRAMES / LATENT_FRAMES - 0.5
    places = places.clamp(0, SEQUENCE_FRAMES - 1)
    return (1 - (places[:, None] - torch.arange(SEQUENCE_FRAMES)).abs()).clamp_min(0)


def _kept(of: int, blocks: int) -> Sequence[int]:
    """Return the numbers of the blocks that stay: those after the first are missed least."""
    if not 1 < blocks <= of:
        raise ValueError(f"{blocks} blocks are wanted of {of}.")
    return [0, *range(of - blocks + 1, of)]


def _of_blocks(state: dict[str, Tensor], kept: Sequence[int]) -> dict[str, Tensor]:
    """Return a state with the kept blocks alone, renumbered."""
    numbers = {old: new for new, old in enumerate(kept)}
    chosen = {}
    for name, tensor in state.items():
        if name.startswith("blocks."):
            _, old, rest = name.split(".", 2)
            if int(old) in numbers:
                chosen[f"blocks.{numbers[int(old)]}.{rest}"] = tensor
        else:
            chosen[name] = tensor
    return chosen
