"""The stage: the waveform head learns to make speech of what the frozen codec decodes."""

from dataclasses import asdict

import torch
from torch import Tensor

from gan_audio_compression.codec.sequence.head import head_spectrum
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.networks.spectral_discriminator import SpectralDiscriminator
from gan_audio_compression.networks.waveform_head import WaveformHead
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.loudness import to_loudness
from gan_audio_compression.signal.spec import HOP
from gan_audio_compression.signal.synthesis import waveform_from_spectrum
from gan_audio_compression.training.adversary import Adversary
from gan_audio_compression.training.averaged_stage import AveragedStage
from gan_audio_compression.training.head.config import HeadTrainingConfig
from gan_audio_compression.training.head.losses import spectral_losses, wave_disturbance
from gan_audio_compression.training.optimiser import descend

_BETAS = (0.8, 0.98)
_VALIDATION_QUALITIES = (0.25, 0.75)


class HeadStage(AveragedStage[WaveformHead]):
    """Minimises the distance of waves, for qualities drawn at random.

    Args:
        config: of the training.
        codec: whose decoded loudness the head gets.
        validation: fixed crops [B, T, 128] of waves, a hop a row.
    """

    name = "waveform_head"

    def __init__(
        self, config: HeadTrainingConfig, codec: SequenceModel, validation: Tensor
    ) -> None:
        self._config = config
        self._device = torch.device(config.runtime.device)
        self._codec = codec.to(self._device)
        self._validation = validation.to(self._device)
        with torch.random.fork_rng():
            torch.manual_seed(config.seed)
            head = WaveformHead(config.networks).to(self._device)
            adversary = self._new_adversary()
        head.mean.copy_(self._codec.encoder.mean)
        head.deviation.copy_(self._codec.encoder.deviation)
        if config.runtime.compile:
            head.compile()
        super().__init__(head, adversary, betas=_BETAS, ema=config.ema, seed=config.seed)

    def step(self, images: Tensor, learning_rate: float) -> dict[str, Tensor]:
        """Learn from crops [B, T, 128] of waves, a hop a row; return the losses."""
        rows = images.to(self._device)
        quality = self._drawn_qualities(len(rows), self._device)
        speech, made = self._waves(self.model, rows, quality)
        losses = self._losses(speech, made)
        weights = asdict(self._config.loss) | asdict(self._config.adversarial)
        if self._adversary:
            losses |= self._adversary.objections(speech, made)
        total = torch.stack([weights[name] * loss for name, loss in losses.items()]).sum()
        descend(total, self._optimiser, learning_rate, self._config.schedule.gradient_limit)
        self._average.update_parameters(self.model)
        if self._adversary:
            losses |= self._adversary.learn(speech, made, learning_rate)
        return {name: loss.detach() for name, loss in losses.items()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Return the averaged head's losses at some qualities."""
        figures = {}
        for value in _VALIDATION_QUALITIES:
            quality = torch.full((len(self._validation),), value, device=self._device)
            losses = self._losses(*self._waves(self.averaged(), self._validation, quality))
            for name, loss in losses.items():
                figures[f"validation_{name}_{value:g}"] = loss.item()
        return figures

    def _waves(self, head: WaveformHead, rows: Tensor, quality: Tensor) -> tuple[Tensor, Tensor]:
        """Return speech and what `head` makes of it once coded, both [B, 128 (T - 1)]."""
        speech = rows.flatten(1)
        loudness = self._decoded(speech, quality)
        with self._autocast():
            log_factor, phase = head(loudness, quality)
        samples = HOP * (rows.shape[1] - 1)
        spectrum = head_spectrum(loudness, log_factor.float(), phase.float())
        return speech[:, :samples], waveform_from_spectrum(spectrum, samples)

    @torch.no_grad()
    def _decoded(self, speech: Tensor, quality: Tensor) -> Tensor:
        """Return the loudness [B, T, 128] that the codec makes of speech [B, 128 T]."""
        # The last frame has no hop of its own.
        log_mel = log_mel_spectrogram(speech)[:, :-1]
        with self._autocast():
            symbols = self._codec.encoder(to_loudness(log_mel), quality).float().round()
            decoded: Tensor = self._codec.generator(symbols, quality).float()
        return decoded

    def _losses(self, speech: Tensor, made: Tensor) -> dict[str, Tensor]:
        return spectral_losses(speech, made) | {"disturbance": wave_disturbance(speech, made)}

    def _autocast(self) -> torch.autocast:
        enabled = self._config.runtime.bfloat16
        return torch.autocast(self._device.type, torch.bfloat16, enabled=enabled)

    def _new_adversary(self) -> Adversary | None:
        config = self._config.adversarial
        if not config.used:
            return None
        discriminator = SpectralDiscriminator(config.width, config.layers, config.scales)
        limit = self._config.schedule.gradient_limit
        return Adversary(discriminator.to(self._device), limit)
