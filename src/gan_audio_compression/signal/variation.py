"""Variations of speech that a codec has to cope with: speed, room, sounds, line, pause, level.

They are the common ones of speech training (speed: Ko and others, "Audio augmentation for speech
recognition", 2015, with pitch and formants), drawn at random.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torchaudio.functional as audio
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.signal.spec import SAMPLE_RATE
from gan_audio_compression.signal.surroundings import (
    band_limited,
    coloured_noise,
    in_room,
    over_telephone,
    room_response,
    tones,
    with_noise,
)

_SLOWEST_PERCENT, _FASTEST_PERCENT = 88, 112
_LEVEL_DB = 4.0
_ROOM_SHARE, _RECORDED_ROOM_SHARE = 0.2, 0.2
_REVERBERATION_S, _DIRECT_DB = (0.15, 0.8), (-3.0, 15.0)
_NOISE_SHARE, _SNR_DB = 0.4, (0.0, 40.0)
_TONES_SHARE, _RECORDED_NOISE_SHARE = 0.1, 0.7
_STEEPEST_NOISE = 1.5
_TELEPHONE_SHARE = 0.06
_LIMITED_SHARE = 0.08
_PAUSE_SHARE, _SOUNDING_SHARE, _PAUSE_S = 0.15, 0.35, (0.3, 2.0)
# A wide telephone, an old recording.
_PASSBANDS_HZ = ((50.0, 7000.0), (100.0, 5000.0))

Wave = NDArray[np.float32]


@dataclass(frozen=True)
class Surroundings:
    """Recordings of places, at 16 kHz.

    Attributes:
        noises: [n] each; without any, noise between white and brown stands alone.
        responses: impulse responses of rooms, [m] each; without any, rooms are made up.
    """

    noises: Sequence[Wave] = ()
    responses: Sequence[Wave] = ()


def vary(speech: Wave, surroundings: Surroundings, draw: np.random.Generator) -> Wave:
    """Return speech [n] at the project's level, spoken otherwise or in another place: [m].

    Speed changes by up to 12 %, level by up to 4 dB; some is in a room, some gets noise or
    tones 0 to 40 dB below speech, some goes over a telephone or has a narrower band, and some is
    cut in two by a pause, without a sound or with tones.
    """
    percent = int(draw.integers(_SLOWEST_PERCENT, _FASTEST_PERCENT + 1))
    varied = audio.resample(torch.from_numpy(speech), percent, 100)
    if draw.random() < _ROOM_SHARE:
        varied = in_room(varied, torch.from_numpy(_response(surroundings, draw)))
    if draw.random() < _NOISE_SHARE:
        noise = _noise(len(varied), surroundings, draw)
        varied = with_noise(varied, noise, draw.uniform(*_SNR_DB))
    line = draw.random()
    if line < _TELEPHONE_SHARE:
        varied = over_telephone(varied)
    elif line < _TELEPHONE_SHARE + _LIMITED_SHARE:
        varied = band_limited(varied, *_PASSBANDS_HZ[int(draw.integers(len(_PASSBANDS_HZ)))])
    if draw.random() < _PAUSE_SHARE:
        place = int(draw.integers(len(varied) + 1))
        varied = torch.cat([varied[:place], _pause(varied, draw), varied[place:]])
    gain = 10 ** (draw.uniform(-_LEVEL_DB, _LEVEL_DB) / 20)
    return np.asarray((varied * gain).numpy(), np.float32)


def variation(speech: Wave, surroundings: Surroundings, number: int) -> Wave:
    """Return one of the variations of speech [n], which depends on these alone; see `vary`."""
    return vary(speech, surroundings, np.random.default_rng((zlib.crc32(speech.tobytes()), number)))


def _response(surroundings: Surroundings, draw: np.random.Generator) -> Wave:
    if surroundings.responses and draw.random() < _RECORDED_ROOM_SHARE:
        return surroundings.responses[int(draw.integers(len(surroundings.responses)))]
    return room_response(draw.uniform(*_REVERBERATION_S), draw.uniform(*_DIRECT_DB), draw)


def _noise(samples: int, surroundings: Surroundings, draw: np.random.Generator) -> Tensor:
    if draw.random() < _TONES_SHARE:
        return tones(samples, draw)
    if surroundings.noises and draw.random() < _RECORDED_NOISE_SHARE:
        noise = surroundings.noises[int(draw.integers(len(surroundings.noises)))]
        return torch.from_numpy(np.roll(noise, int(draw.integers(len(noise)))))
    return coloured_noise(samples, draw.uniform(0, _STEEPEST_NOISE), draw)


def _pause(speech: Tensor, draw: np.random.Generator) -> Tensor:
    """Draw a pause of speech [n]: silence, or tones about as loud as the speech."""
    pause = torch.zeros(round(draw.uniform(*_PAUSE_S) * SAMPLE_RATE))
    if draw.random() >= _SOUNDING_SHARE:
        return pause
    sounding = tones(len(pause), draw)
    return sounding * speech.square().mean().sqrt() / sounding.square().mean().sqrt()
