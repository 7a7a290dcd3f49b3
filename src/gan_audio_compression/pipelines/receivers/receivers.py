"""The receivers that are compared: ways from a decoded log mel to a waveform."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.codec.container.chunk import Chunk
from gan_audio_compression.codec.container.reader import ContainerReader
from gan_audio_compression.codec.sequence.coder import SequenceCoder
from gan_audio_compression.codec.sequence.head import HeadModel
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.signal.analysis import frame_count
from gan_audio_compression.signal.level import gain_to_speech_level
from gan_audio_compression.signal.synthesis import waveform_from_log_mel, waveform_from_spectrum


@dataclass(frozen=True, eq=False)
class Received:
    """What a file of one chunk holds.

    Attributes:
        log_mel: [frames, 128] float64 in nepers, at the project's speech level.
        quality: 0 .. 255, which it was coded with.
        samples: of the recording at 16 kHz.
        gain: that brought the recording to the project's speech level.
    """

    log_mel: Tensor
    quality: int
    samples: int
    gain: float


@dataclass(frozen=True)
class WayToWave:
    """One receiver.

    Attributes:
        label: what the table calls it.
        synthesise: what was received and the head to the waveform [n], at the project's level.
    """

    label: str
    synthesise: Callable[[Received, HeadModel], Tensor]


def received(codec: SequenceModel, data: bytes) -> Received:
    """Decode a .gac file of one chunk, of at most 16.384 s, up to its log mel.

    Raises:
        BitstreamError: the bytes are no such file, or damaged.
    """
    (chunk,) = ContainerReader(io.BytesIO(data)).chunks()
    assert isinstance(chunk, Chunk)
    _, log_mel = SequenceCoder(codec).decode(chunk.payload, frame_count(chunk.samples))
    gain = gain_to_speech_level(chunk.level_code)
    return Received(log_mel, chunk.payload[0], chunk.samples, gain)


def receive(name: str, sent: Received, head: HeadModel) -> NDArray[np.float32]:
    """Return what a receiver of RECEIVERS makes of a file: [n], at the speaker's level."""
    wave = RECEIVERS[name].synthesise(sent, head) / sent.gain
    return np.asarray(wave.float().numpy(), np.float32)


def _griffin_lim(sent: Received, _: HeadModel) -> Tensor:
    return waveform_from_log_mel(sent.log_mel, sent.samples)


def _matched(sent: Received, _: HeadModel) -> Tensor:
    return waveform_from_log_mel(sent.log_mel, sent.samples, match=True)


def _head_alone(sent: Received, head: HeadModel) -> Tensor:
    return waveform_from_spectrum(head.spectrum(sent.log_mel, sent.quality), sent.samples)


def _from_phase(sent: Received, head: HeadModel) -> Tensor:
    phase = head.spectrum(sent.log_mel, sent.quality).angle()
    return waveform_from_log_mel(sent.log_mel, sent.samples, phase=phase)


RECEIVERS: Mapping[str, WayToWave] = {
    "griffin_lim": WayToWave("Griffin-Lim", _griffin_lim),
    "griffin_lim_matched": WayToWave("Griffin-Lim, loudness matched", _matched),
    "head": WayToWave("waveform head alone", _head_alone),
    "head_phase": WayToWave("Griffin-Lim from the head's phase", _from_phase),
}
"""Each receiver by its name."""
