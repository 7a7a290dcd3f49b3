"""Parameters of the training of the receiver's last network."""

from dataclasses import dataclass, field

from gan_audio_compression.networks.sequence.config import MagnitudeConfig
from gan_audio_compression.training.config import (
    NO_OTHER_KEYS,
    AdversarialConfig,
    RuntimeConfig,
    ScheduleConfig,
)


@dataclass(frozen=True)
class MagnitudeTrainingConfig:
    """All of the training.

    Attributes:
        network: its shape where the codec has none yet; None leaves such a codec as it is.
        spectrum: weight of the mean absolute error of the log magnitude, in nepers.
        distortion: weight of the codec's own distortion, of the mel of the magnitudes.
        frames: of a crop; 125 make a second.
        ema: decay of the running average of the weights, which is what is kept.
        correction: share of the correction learnt, from 0 to 1, that the codec keeps.
        texture: likewise of the texture below `texture_above` Hz; above it keeps all. What a
            discriminator asks for costs nearness to the original, there more than it gains.

    Raises:
        ValueError: a weight or a frequency is negative, or frames, ema or a share are out of their
            range.
    """

    __pydantic_config__ = NO_OTHER_KEYS

    seed: int = 0
    network: MagnitudeConfig | None = None
    spectrum: float = 0.2
    distortion: float = 5.0
    adversarial: AdversarialConfig = field(default_factory=AdversarialConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    frames: int = 192
    ema: float = 0.998
    correction: float = 1.0
    texture: float = 1.0
    texture_above: float = 0.0
    runtime: RuntimeConfig = field(default_factory=RuntimeConfig)

    def __post_init__(self) -> None:
        if min(self.spectrum, self.distortion, self.texture_above) < 0:
            raise ValueError("spectrum, distortion and texture_above are not negative.")
        if self.frames < 1:
            raise ValueError(f"frames is {self.frames}; give a positive number.")
        if not 0 <= self.ema < 1:
            raise ValueError(f"ema is {self.ema}; give a decay in [0, 1).")
        if not (0 <= self.correction <= 1 and 0 <= self.texture <= 1):
            raise ValueError("the shares correction and texture lie in [0, 1].")
