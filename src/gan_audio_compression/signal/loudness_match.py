"""The last step of a synthesis: the waveform itself moves until it sounds as loud as it should.

Griffin-Lim brings the magnitudes of all bins near to what they should be, and so cares for the loud
ones. What follows cares for the loudness of the mel bands, in which the codec measures errors.
"""

import math

import torch
from torch import Tensor

from gan_audio_compression.signal.analysis import mel_filters, short_time_spectrum
from gan_audio_compression.signal.loudness import SPREAD, to_loudness
from gan_audio_compression.signal.spec import FLOOR

STEPS = 30

MATCHING = f"loudness matched by {STEPS} steps of Adam"
"""Names this method wherever a result depends on it: change it when the method changes."""

# At the project's speech level, whose samples have a root mean square of 0.05.
_FIRST_STEP = 5e-4
_SMALLEST_POWER = 1e-12


@torch.enable_grad()
def match_loudness(signal: Tensor, log_mel: Tensor, gain: Tensor, first: int, end: int) -> Tensor:
    """Return `signal` with samples `first` to `end` moved towards the loudness of `log_mel`.

    Args:
        signal: [512 + 128 * (frames - 1)], which all frames see.
        log_mel: [frames, 128] in nepers, of the signal times `gain`.
        gain: [frames, 1].
        first, end: samples outside of which the signal stays.
    """
    if end <= first:
        return signal
    wanted = to_loudness(log_mel.clamp_min(FLOOR))
    filters = mel_filters().to(signal)
    moved = signal[first:end].clone().requires_grad_(True)
    # Relative to the level that is heard now, so that a step is as large as for speech at the
    # project's level.
    step = _FIRST_STEP / float(gain.mean())
    optimiser = torch.optim.Adam([moved], lr=step, betas=(0.9, 0.99))
    for done in range(STEPS):
        optimiser.param_groups[0]["lr"] = step * (1 - done / STEPS)
        whole = torch.cat([signal[:first], moved, signal[end:]])
        spectrum = short_time_spectrum(whole) * gain
        power = spectrum.real.square() + spectrum.imag.square()
        mel = (power + _SMALLEST_POWER).sqrt() @ filters
        heard = to_loudness(mel.clamp_min(math.exp(FLOOR)).log())
        optimiser.zero_grad()
        ((heard - wanted) / SPREAD).square().sum().backward()
        optimiser.step()
    return torch.cat([signal[:first], moved.detach(), signal[end:]])
