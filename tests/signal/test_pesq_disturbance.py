"""The disturbance: what it must ignore, what it must not miss, and how it agrees with PESQ."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from scipy.signal import butter, sosfilt
from torch import Tensor

from gan_audio_compression.evaluation.pesq_measures import NarrowBandPesq
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.bark import Band, power_of_log_mel
from gan_audio_compression.signal.level import normalise_level
from gan_audio_compression.signal.magnitude import mel_to_magnitude
from gan_audio_compression.signal.pesq_disturbance import (
    Disturbance,
    disturbance_between,
    lost_pesq,
)
from gan_audio_compression.signal.spec import FLOOR

DEMO = Path(__file__).resolve().parents[2] / "data" / "01_raw" / "demo_corpus"
SENTENCE = DEMO / "TRAIN" / "DR1"
BANDS: tuple[Band, ...] = ("narrow", "wide")


@pytest.fixture(scope="module")
def speech() -> Tensor:
    samples, _ = soundfile.read(min(SENTENCE.rglob("*.WAV")), dtype="float32")
    return torch.from_numpy(normalise_level(samples)[0])


@pytest.fixture(scope="module")
def log_mel(speech: Tensor) -> Tensor:
    return log_mel_spectrogram(speech)


def disturbance(
    reference: Tensor, decoded: Tensor, band: Band = "narrow", mask: Tensor | None = None
) -> Disturbance:
    powers = power_of_log_mel(reference, band), power_of_log_mel(decoded, band)
    return disturbance_between(*powers, mask, band=band)


def loss(reference: Tensor, decoded: Tensor, mask: Tensor | None = None) -> float:
    return float(disturbance(reference, decoded, "wide", mask).loss)


def with_noise(speech: Tensor, snr_db: float) -> Tensor:
    noise = torch.randn(len(speech), generator=torch.Generator().manual_seed(0))
    return speech + noise * speech.square().mean().sqrt() * 10 ** (-snr_db / 20)


def loudest_frame(log_mel: Tensor) -> int:
    return int(log_mel.exp().sum(1).argmax())


@pytest.mark.parametrize("band", BANDS)
def test_equal_speech_does_not_disturb(log_mel: Tensor, band: Band) -> None:
    found = disturbance(log_mel, log_mel, band)
    assert found.symmetric == found.asymmetric == found.loss == 0.0


@pytest.mark.parametrize("band", BANDS)
def test_more_noise_disturbs_more(log_mel: Tensor, speech: Tensor, band: Band) -> None:
    losses = [
        float(disturbance(log_mel, log_mel_spectrogram(with_noise(speech, snr)), band).loss)
        for snr in (40.0, 30.0, 20.0, 10.0, 0.0)
    ]
    assert losses == sorted(losses)
    assert losses[-1] > losses[0] + 1.5


def test_what_is_added_disturbs_more_than_what_is_left_out(log_mel: Tensor) -> None:
    changed = log_mel.clone()
    changed[:, 90:110] += 2.0
    added = disturbance(log_mel, changed, "wide")
    left_out = disturbance(changed, log_mel, "wide")
    assert added.asymmetric > 1.3 * left_out.asymmetric
    assert float(added.symmetric) == pytest.approx(float(left_out.symmetric), rel=0.2)


def test_a_common_decibel_hardly_matters(speech: Tensor) -> None:
    noisy = with_noise(speech, 15.0)
    losses = [
        float(
            disturbance(log_mel_spectrogram(gain * speech), log_mel_spectrogram(gain * noisy)).loss
        )
        for gain in (0.89, 1.0, 1.12)
    ]
    assert losses == pytest.approx([losses[1]] * 3, rel=0.05)


def test_a_filter_is_not_forgiven(speech: Tensor) -> None:
    """P.862 forgives it, and whoever minimises the disturbance would make use of that."""
    pre_emphasis = speech - 0.6 * torch.nn.functional.pad(speech, (1, 0))[:-1]
    assert loss(log_mel_spectrogram(speech), log_mel_spectrogram(pre_emphasis)) > 0.5


def test_little_of_a_gain_is_forgiven(log_mel: Tensor) -> None:
    assert loss(log_mel, log_mel + 0.3) < 0.1
    assert loss(log_mel, log_mel + 2.5) > 1.0


@pytest.mark.parametrize("later", [0, 1])
def test_a_burst_in_one_frame_of_either_phase_disturbs(log_mel: Tensor, later: int) -> None:
    frame = loudest_frame(log_mel) + later
    burst = log_mel.clone()
    burst[frame] = torch.maximum(burst[frame] + 2.0, torch.tensor(-1.0))
    higher = log_mel.clone()
    higher[frame] = torch.maximum(higher[frame] + 4.0, torch.tensor(0.0))
    assert loss(log_mel, burst) > 1.0
    assert loss(log_mel, higher) > 1.05 * loss(log_mel, burst)


def test_nothing_is_free_beyond_the_limit_of_a_frame(log_mel: Tensor) -> None:
    """P.862 stops at 45, where a burst could grow without end."""
    quiet = torch.full_like(log_mel, FLOOR)
    losses = []
    for nepers in (1.0, 2.0, 3.0):
        burst = quiet.clone()
        burst[50] = nepers
        losses.append(loss(quiet, burst))
    assert losses == sorted(losses)
    assert losses[0] < losses[1] < losses[2]


def test_energy_in_alternating_bands_does_not_hide(log_mel: Tensor) -> None:
    """Raised where the pseudo-inverse of the mel filters is negative for the neighbours."""
    frame = loudest_frame(log_mel)
    hidden = log_mel.clone()
    hidden[frame, 1:60:2] += 3.0
    magnitude, before = mel_to_magnitude(hidden[frame]), mel_to_magnitude(log_mel[frame])
    assert magnitude.eq(0).sum() > 2 * before.eq(0).sum()
    assert loss(log_mel, hidden) > 0.2


def test_padding_does_not_count(log_mel: Tensor) -> None:
    draw = torch.Generator().manual_seed(0)
    decoded = log_mel + 0.5 * torch.randn(log_mel.shape, generator=draw)
    alone = disturbance(log_mel, decoded)
    padded = torch.cat([log_mel, torch.full((31, 128), FLOOR)])
    other = torch.cat([decoded, torch.full((31, 128), -1.0)])
    mask = torch.cat([torch.ones(len(log_mel)), torch.zeros(31)])
    masked = disturbance(padded, other, mask=mask)
    torch.testing.assert_close(masked.symmetric, alone.symmetric)
    torch.testing.assert_close(masked.asymmetric, alone.asymmetric)
    assert loss(padded, other) > 1.5 * loss(padded, other, mask)
    assert loss(padded, other, torch.zeros_like(mask)) == 0.0


def test_each_of_a_batch_is_as_it_is_alone(log_mel: Tensor) -> None:
    draw = torch.Generator().manual_seed(0)
    references = log_mel[:120].reshape(3, 40, 128)
    decoded = references + torch.randn(references.shape, generator=draw)
    together = disturbance(references, decoded, band="wide").loss
    assert together.tolist() == pytest.approx(
        [loss(*pair) for pair in zip(references, decoded, strict=True)], rel=1e-4
    )


def silence(log_mel: Tensor) -> Tensor:
    return torch.full_like(log_mel, FLOOR)


def itself(log_mel: Tensor) -> Tensor:
    return log_mel.clone()


def full_scale(log_mel: Tensor) -> Tensor:
    return torch.zeros_like(log_mel)


@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize("reference", [silence, itself, full_scale])
@pytest.mark.parametrize("decoded", [silence, itself, full_scale])
def test_the_gradient_is_finite(
    log_mel: Tensor,
    reference: Callable[[Tensor], Tensor],
    decoded: Callable[[Tensor], Tensor],
    band: Band,
) -> None:
    leaf = decoded(log_mel).requires_grad_(True)
    found = disturbance(reference(log_mel), leaf, band=band)
    (gradient,) = torch.autograd.grad(found.loss, leaf)
    assert gradient.isfinite().all()
    assert gradient.any() == (reference is not decoded)


def test_the_gradient_points_uphill(log_mel: Tensor) -> None:
    draw = torch.Generator().manual_seed(0)
    start = log_mel + 0.5 * torch.randn(log_mel.shape, generator=draw)
    leaf = start.clone().requires_grad_(True)
    before = disturbance(log_mel, leaf).loss
    (gradient,) = torch.autograd.grad(before, leaf)
    step = 1e-3 * gradient / gradient.norm()
    after = disturbance(log_mel, start + step).loss
    assert float(after - before.detach()) == pytest.approx(float((step * gradient).sum()), rel=0.1)


def test_both_bands_are_lost_together(log_mel: Tensor) -> None:
    draw = torch.Generator().manual_seed(0)
    references = log_mel[:120].reshape(3, 40, 128)
    decoded = references + torch.randn(references.shape, generator=draw)
    mask = torch.ones(3, 40)
    mask[1, 20:] = 0.0
    for counted in (None, mask):
        each = [disturbance(references, decoded, band, counted).loss for band in BANDS]
        lost = lost_pesq(references, decoded, counted)
        torch.testing.assert_close(lost, each[0] + each[1])
        assert (lost > torch.stack(each)).all()


def test_it_agrees_with_pesq_but_for_filters(speech: Tensor) -> None:
    decoded = [with_noise(speech, snr) for snr in (5.0, 15.0, 25.0, 35.0)]
    decoded += [speech.clamp(-limit, limit) for limit in (0.02, 0.06)]
    decoded += [torch.round(speech / step) * step for step in (0.02, 0.005)]
    reference = speech.numpy()
    pesq = [NarrowBandPesq().score(reference, wave.numpy())["pesq_raw"] for wave in decoded]
    normal = [torch.from_numpy(normalise_level(wave.numpy())[0]) for wave in decoded]
    mels = [log_mel_spectrogram(wave) for wave in (speech, *normal)]
    estimates = [4.5 - float(disturbance(mels[0], mel).loss) for mel in mels[1:]]
    assert np.corrcoef(pesq, estimates)[0, 1] > 0.9
    assert (np.array(estimates) < pesq).all(), "it is the stricter"


def test_a_low_pass_disturbs_the_more_the_lower_it_is(speech: Tensor) -> None:
    losses = []
    for hertz in (3000, 1500, 800):
        low_pass = butter(6, hertz, fs=16_000, output="sos")
        filtered = normalise_level(sosfilt(low_pass, speech).astype(np.float32))[0]
        mels = map(log_mel_spectrogram, (speech, torch.from_numpy(filtered)))
        losses.append(loss(*mels))
    assert losses == sorted(losses)
    assert losses[2] > losses[0] + 1.0
