"""The stage: the receiver's last network learns what the frozen codec's decoded speech lacks."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gan_audio_compression.codec.sequence.magnitudes import compressed, expanded, textured
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.networks.discriminator import Discriminator
from gan_audio_compression.networks.sequence.config import MagnitudeConfig
from gan_audio_compression.networks.sequence.modules import MagnitudeNetwork
from gan_audio_compression.networks.torch_weights import open_network
from gan_audio_compression.networks.weights import weights_below
from gan_audio_compression.signal.analysis import log_mel_of, short_time_spectrum
from gan_audio_compression.signal.distortion import distortion
from gan_audio_compression.signal.loudness import from_loudness, to_loudness
from gan_audio_compression.signal.steady import averaged_where_steady
from gan_audio_compression.signal.texture import texture_of, white_noise
from gan_audio_compression.training.adversary import Adversary
from gan_audio_compression.training.averaged_stage import DrawingStage
from gan_audio_compression.training.magnitude.config import MagnitudeTrainingConfig
from gan_audio_compression.training.optimiser import descend
from gan_audio_compression.training.parallel import part

_BETAS = (0.9, 0.98)
_VALIDATION_QUALITIES = (0.25, 0.5, 0.75)
# Of the learning rate: a discriminator that learns as fast as the network leaves it behind.
_JUDGES_SHARE = 0.2
# Mean and deviation of the log magnitude of speech, nearly, for the discriminator.
_MEAN, _DEVIATION = -2.0, 2.5


@dataclass(frozen=True, eq=False)
class Example:
    """What is to be made of what.

    Attributes:
        log_mel: [B, T, 128] of the speech, in nepers.
        wanted: [B, T, 257], its log magnitude.
        decoded: [B, T, 128], what the codec makes of the log mel.
        texture: [B, T, 257] of some noise.
    """

    log_mel: Tensor
    wanted: Tensor
    decoded: Tensor
    texture: Tensor


class MagnitudeStage(DrawingStage[MagnitudeNetwork]):
    """Minimises the errors of the spectrum and what a discriminator of spectra objects to.

    Args:
        codec: that decodes; it stays as it is. Its own network of magnitudes goes on learning.
        shape: of the network.
        config: of the training.
        validation: fixed crops [B, 512 + 128 * (T - 1)].
    """

    name = "magnitude"

    def __init__(
        self,
        codec: SequenceModel,
        shape: MagnitudeConfig,
        config: MagnitudeTrainingConfig,
        validation: Tensor,
    ) -> None:
        self._config = config
        self._device = torch.device(config.runtime.device)
        self._codec = codec.to(config.runtime.device)
        self._validation = validation.to(self._device)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            adversary = self._new_adversary()
            network = MagnitudeNetwork(shape)
        if codec.magnitude is not None:
            known = weights_below(codec.weights, self.name)
            given = open_network(partial(MagnitudeNetwork, shape), known)
            network.load_state_dict(given.state_dict())
        network.to(self._device)
        super().__init__(network, adversary, betas=_BETAS, ema=config.ema, seed=config.seed)

    def step(self, images: Tensor, learning_rate: float) -> dict[str, Tensor]:
        """Learn from crops of speech [B, samples]; return losses."""
        batch = self._config.schedule.batch
        quality = part(torch.rand(batch, generator=self._draws))
        noise = part(torch.rand((batch, images.shape[1]), generator=self._draws))
        example = self._example(images, quality, noise)
        with self._autocast():
            made = textured(self.model, example.decoded, example.texture)
        losses = self._losses(example, made)
        total = sum(getattr(self._config, name) * loss for name, loss in losses.items())
        if self._adversary:
            objections = self._adversary.objections(_image(example.wanted), _image(made))
            weights = self._config.adversarial
            total = total + sum(getattr(weights, name) * o for name, o in objections.items())
            losses |= objections
        descend(total, self._optimiser, learning_rate, self._config.schedule.gradient_limit)
        self._average.update_parameters(self.model)
        if self._adversary:
            losses |= self._adversary.learn(_image(made), _JUDGES_SHARE * learning_rate)
        return {name: loss.detach() for name, loss in losses.items()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Return the averaged network's errors at some qualities."""
        figures: dict[str, float] = {}
        for value in _VALIDATION_QUALITIES:
            quality = torch.full((len(self._validation),), value)
            draws = torch.Generator().manual_seed(self._config.seed)
            noise = torch.rand(self._validation.shape, generator=draws)
            example = self._example(self._validation, quality, noise)
            made = textured(self.averaged(), example.decoded, example.texture)
            losses = self._losses(example, made)
            figures |= {f"validation_{n}_{value:g}": loss.item() for n, loss in losses.items()}
        return figures

    @torch.no_grad()
    def _example(self, speech: Tensor, quality: Tensor, drawn: Tensor) -> Example:
        magnitude = short_time_spectrum(speech.to(self._device)).abs()
        log_mel = log_mel_of(magnitude)
        noise = white_noise(drawn).to(self._device)
        decoded = self._decoded(log_mel, quality.to(self._device))
        return Example(log_mel, compressed(magnitude), decoded, texture_of(noise))

    def _decoded(self, log_mel: Tensor, quality: Tensor) -> Tensor:
        """Return what a receiver decodes of log mels [B, T, 128] at qualities [B]."""
        sent = torch.from_numpy(
            np.stack([averaged_where_steady(each) for each in log_mel.cpu().numpy()])
        )
        networks = self._codec.tensors
        with self._autocast():
            latents = networks.encoder(to_loudness(sent.to(self._device)), quality)
            loudness = networks.generator(latents.float().round(), quality)
        single: Tensor = loudness.float()
        return from_loudness(single)

    def _losses(self, example: Example, made: Tensor) -> dict[str, Tensor]:
        codec = self._codec
        heard = to_loudness(log_mel_of(expanded(made)))
        deviation = codec.tensors.encoder.deviation
        lost = distortion(example.log_mel, heard, deviation, codec.distortion)
        return {
            "spectrum": functional.l1_loss(made, example.wanted),
            "distortion": lost.total.mean(),
        }

    def _new_adversary(self) -> Adversary | None:
        config = self._config.adversarial
        if not config.used:
            return None
        discriminator = Discriminator(config.width, config.layers, config.scales)
        runtime, limit = self._config.runtime, self._config.schedule.gradient_limit
        return Adversary(discriminator.to(self._device), limit, runtime.bfloat16)

    def _autocast(self) -> torch.autocast:
        enabled = self._config.runtime.bfloat16
        return torch.autocast(self._device.type, torch.bfloat16, enabled=enabled)


def _image(log_magnitude: Tensor) -> Tensor:
    """Return log magnitudes [B, T, 257] as the discriminator sees them, [B, 1, 257, T]."""
    return ((log_magnitude - _MEAN) / _DEVIATION).transpose(1, 2)[:, None]
