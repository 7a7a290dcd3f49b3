"""Parameters of the training of the live codec."""

from dataclasses import dataclass, field

from gan_audio_compression.codec.sequence.trade import Trade
from gan_audio_compression.networks.live.config import LATENT_FRAMES, PACKET_LATENTS, LiveConfig
from gan_audio_compression.signal.distortion_weights import DistortionWeights
from gan_audio_compression.training.config import NO_OTHER_KEYS, RuntimeConfig, ScheduleConfig

# So many latent frames are whole packets of every length.
_WHOLE = 6


@dataclass(frozen=True)
class LossConfig:
    """Packets that are missing in training.

    Attributes:
        crops: share of the crops of which packets are lost.
        most: the largest share of a crop's packets that is lost.
        longest: the mean number of packets in a burst lies between 1 and this.

    Raises:
        ValueError: a value is out of its range.
    """

    __pydantic_config__ = NO_OTHER_KEYS

    crops: float = 0.5
    most: float = 0.25
    longest: float = 2.5

    def __post_init__(self) -> None:
        if not (0 <= self.crops <= 1 and 0 <= self.most < 1 and self.longest >= 1):
            raise ValueError("loss: crops lies in [0, 1], most in [0, 1), longest is at least 1.")


@dataclass(frozen=True)
class LiveTrainingConfig:
    """All of the training.

    Attributes:
        level: dB by which a crop may be too loud or too quiet, as speech is before its level is
            known.
        frames: of a crop, a multiple of 30; 125 make a second.
        ema: decay of the running average of the weights, which is what is kept.

    Raises:
        ValueError: frames, ema or level are not such.
    """

    __pydantic_config__ = NO_OTHER_KEYS

    seed: int = 0
    networks: LiveConfig = field(default_factory=LiveConfig)
    distortion: DistortionWeights = field(default_factory=DistortionWeights)
    trade: Trade = field(default_factory=Trade)
    loss: LossConfig = field(default_factory=LossConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    level: float = 6.0
    frames: int = 180
    ema: float = 0.999
    runtime: RuntimeConfig = field(default_factory=RuntimeConfig)

    def __post_init__(self) -> None:
        if self.frames < 1 or self.frames % (_WHOLE * LATENT_FRAMES):
            raise ValueError(
                f"frames is {self.frames}; give a multiple of {_WHOLE * LATENT_FRAMES}, whole"
                f" packets of {PACKET_LATENTS} latent frames."
            )
        if not 0 <= self.ema < 1:
            raise ValueError(f"ema is {self.ema}; give a decay in [0, 1).")
        if self.level < 0:
            raise ValueError(f"level is {self.level}; give a number of dB, at least 0.")
