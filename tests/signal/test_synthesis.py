"""From the log mel back to a waveform: exact in length, deterministic, near the original."""

import itertools
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.evaluation.pesq_measures import NarrowBandPesq, WideBandPesq
from gan_audio_compression.signal.analysis import frame_count, log_mel_spectrogram
from gan_audio_compression.signal.level import normalise_level
from gan_audio_compression.signal.magnitude import mel_to_magnitude
from gan_audio_compression.signal.spec import FLOOR, MEL_BANDS, SAMPLE_RATE
from gan_audio_compression.signal.synthesis import (
    Synthesiser,
    waveform_from_log_mel,
)

PROJECT = Path(__file__).resolve().parents[2]
TIMIT_TEST = PROJECT.parent / "shared/data/timit/TEST"
DEMO_CORPUS = PROJECT / "data/01_raw/demo_corpus"

CHUNK_FRAMES = 128


def harmonic(samples: int = 16_384) -> Tensor:
    """A voiced sound that glides from 110 to 150 Hz, with a little noise."""
    t = torch.arange(samples, dtype=torch.float64) / SAMPLE_RATE
    phase = 2 * math.pi * (110 * t + 20 * t.square())
    voice = sum(torch.sin(k * phase) / k for k in range(1, 40))
    noise = torch.randn(samples, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return (0.05 * voice + 0.001 * noise).float()


@pytest.mark.parametrize("samples", [1, 127, 128, 256, 257, 511, 16_384, 20_001])
def test_length_is_exact(samples: int) -> None:
    log_mel = torch.full((frame_count(samples), MEL_BANDS), -3.0)
    waveform = waveform_from_log_mel(log_mel, samples)
    assert waveform.shape == (samples,)
    assert waveform.isfinite().all()


def test_equal_input_gives_equal_output() -> None:
    log_mel = log_mel_spectrogram(harmonic())
    first = waveform_from_log_mel(log_mel, 16_384)
    torch.manual_seed(99)
    assert torch.equal(first, waveform_from_log_mel(log_mel.clone(), 16_384))


@pytest.mark.parametrize("frequency", [250.0, 1000.0, 3000.0])
def test_a_sine_keeps_its_frequency_and_level(frequency: float) -> None:
    t = torch.arange(SAMPLE_RATE, dtype=torch.float64) / SAMPLE_RATE
    sine = (0.07 * torch.sin(2 * math.pi * frequency * t)).float()
    waveform = waveform_from_log_mel(log_mel_spectrogram(sine), SAMPLE_RATE)
    spectrum = torch.fft.rfft(waveform * torch.hann_window(SAMPLE_RATE)).abs()
    half_a_band = max(16.0, 0.0125 * frequency)
    assert spectrum.argmax().item() == pytest.approx(frequency, abs=half_a_band)
    level_change = 20 * torch.log10(waveform.std() / sine.std()).item()
    assert level_change == pytest.approx(0.0, abs=1.5)


def test_the_log_mel_of_the_result_is_near() -> None:
    wanted = log_mel_spectrogram(harmonic())
    found = log_mel_spectrogram(waveform_from_log_mel(wanted, 16_384))
    assert (found - wanted).abs().mean().item() < 0.1


def test_magnitude_is_not_negative_and_has_the_mel_it_was_made_from() -> None:
    magnitude = (
        torch.stft(harmonic(), 512, 128, window=torch.hann_window(512), return_complex=True).abs().T
    )
    log_mel = log_mel_spectrogram(harmonic())
    estimate = mel_to_magnitude(log_mel)
    assert estimate.shape == magnitude.shape
    assert estimate.min().item() >= 0
    inner = slice(4, -4)  # the edges are padded in another way
    error = (estimate - magnitude)[inner].norm() / magnitude[inner].norm()
    assert error.item() < 0.15


def test_the_floor_is_silence() -> None:
    waveform = waveform_from_log_mel(torch.full((101, MEL_BANDS), FLOOR), 12_800)
    assert waveform.abs().max().item() < 1e-3


def synthesised_by_chunks(log_mel: Tensor, samples: int, gains: tuple[float, ...]) -> Tensor:
    """The waveform of `log_mel`, in chunks of 128 frames that were coded with these gains."""
    synthesiser = Synthesiser()
    parts = []
    for chunk, gain in zip(log_mel.split(CHUNK_FRAMES), itertools.cycle(gains)):
        parts.append(synthesiser.feed(chunk + math.log(gain), torch.full((len(chunk), 1), gain)))
    return torch.cat([*parts, synthesiser.finish(samples)])


def demo_speech() -> Tensor:
    """Some seconds of the demo corpus."""
    paths = sorted(DEMO_CORPUS.rglob("*.WAV"))[::20]
    speech = [normalise_level(decode_audio(path.read_bytes())[0])[0] for path in paths]
    return torch.from_numpy(np.concatenate(speech)[: 8 * SAMPLE_RATE])


def tone(frequency: float, samples: int = 6 * 16_384 + 5000) -> Tensor:
    t = torch.arange(samples, dtype=torch.float64) / SAMPLE_RATE
    return (0.07 * torch.sin(2 * math.pi * frequency * t)).float()


SIGNALS: dict[str, Callable[[], Tensor]] = {
    "speech": demo_speech,
    "voice": lambda: harmonic(6 * 16_384 + 100),
    **{f"{hz:.0f} Hz": partial(tone, hz) for hz in (125.0, 440.0, 1234.0, 3000.0)},
}


def joins(frames: int) -> list[int]:
    """First frames of all chunks but the first."""
    return list(range(CHUNK_FRAMES, frames, CHUNK_FRAMES))


def high_pass_peaks(waveform: Tensor) -> Tensor:
    """Largest second difference in each 10 ms."""
    curvature = waveform.diff(n=2).abs()
    return curvature[: len(curvature) // 160 * 160].reshape(-1, 160).amax(1)


@pytest.mark.parametrize("gains", [(1.0,), (0.25, 3.0, 1.0)])
@pytest.mark.parametrize("name", SIGNALS)
def test_no_click_at_joins(name: str, gains: tuple[float, ...]) -> None:
    """Within 100 ms of a join nothing is sharper than in the same place without one."""
    signal = SIGNALS[name]()
    log_mel = log_mel_spectrogram(signal)
    streamed = high_pass_peaks(synthesised_by_chunks(log_mel, len(signal), gains))
    whole = high_pass_peaks(waveform_from_log_mel(log_mel, len(signal)))
    for frame in joins(len(log_mel)):
        near = slice(frame * 128 // 160 - 10, frame * 128 // 160 + 10)
        assert streamed[near].max() <= 1.5 * whole[near].max() + 1e-4


@pytest.mark.parametrize("name", SIGNALS)
def test_log_mel_near_joins_is_as_good_as_elsewhere(name: str) -> None:
    signal = SIGNALS[name]()
    log_mel = log_mel_spectrogram(signal)
    pieces = log_mel_spectrogram(synthesised_by_chunks(log_mel, len(signal), (1.0,)))
    whole = log_mel_spectrogram(waveform_from_log_mel(log_mel, len(signal)))
    audible = log_mel > -6.0
    error, usual = ((found - log_mel).abs()[audible] for found in (pieces, whole))
    near = torch.zeros(len(log_mel), dtype=torch.bool)
    for frame in joins(len(log_mel)):
        near[frame - 10 : frame + 4] = True
    near_cells = near.unsqueeze(1).expand_as(log_mel)[audible]
    assert error[near_cells].mean() <= 1.25 * usual[near_cells].mean() + 0.05
    assert error.mean() <= 1.1 * usual.mean() + 0.01


def test_the_level_does_not_depend_on_the_gains() -> None:
    """In 64 ms around the joins, too, where each gain meets the next."""
    signal = demo_speech()
    log_mel = log_mel_spectrogram(signal)
    one, changing = (
        synthesised_by_chunks(log_mel, len(signal), gains).unfold(0, 1024, 128).std(1)
        for gains in ((1.0,), (0.25, 3.0, 1.0, 8.0))
    )
    change_db = 20 * torch.log10(changing / one)
    audible = one > 0.005
    near = torch.zeros_like(audible)
    for frame in joins(len(log_mel)):
        near[frame - 16 : frame + 8] = True
    assert change_db[audible].mean().item() == pytest.approx(0.0, abs=0.05)
    assert change_db[audible & near].abs().mean().item() < 0.5


@pytest.mark.parametrize("samples", [1, 128, 16_383, 16_384, 16_385, 17_500, 32_768, 40_000])
def test_chunks_have_the_exact_length(samples: int) -> None:
    log_mel = torch.full((frame_count(samples), MEL_BANDS), -3.0)
    waveform = synthesised_by_chunks(log_mel, samples, (1.0, 2.0))
    assert waveform.shape == (samples,)
    assert waveform.isfinite().all()


def test_nothing_waits_longer_than_eight_frames() -> None:
    synthesiser = Synthesiser()
    log_mel = log_mel_spectrogram(harmonic(40_000))
    ready = 0
    for chunks, chunk in enumerate(log_mel[: 2 * CHUNK_FRAMES].split(CHUNK_FRAMES), start=1):
        ready += len(synthesiser.feed(chunk, torch.ones(len(chunk), 1)))
        assert ready == chunks * 16_384 - 7 * 128


def test_a_lost_chunk_is_silence_between_others() -> None:
    log_mel = log_mel_spectrogram(harmonic(4 * 16_384))
    lost = log_mel.clone()
    lost[CHUNK_FRAMES : 2 * CHUNK_FRAMES] = -math.inf
    waveform = synthesised_by_chunks(lost, 4 * 16_384, (1.0, 5.0))
    assert waveform.isfinite().all()
    assert waveform[16_384 + 512 : 2 * 16_384 - 512].abs().max().item() < 1e-6
    assert waveform[:16_000].std().item() == pytest.approx(harmonic().std().item(), rel=0.1)


def test_silence_throughout_is_exact() -> None:
    silence = torch.full((300, MEL_BANDS), -math.inf)
    assert synthesised_by_chunks(silence, 299 * 128, (1.0,)).eq(0.0).all()


def test_the_last_bits_of_the_log_mel_hardly_matter() -> None:
    log_mel = log_mel_spectrogram(harmonic())
    noise = torch.randn(log_mel.shape, generator=torch.Generator().manual_seed(0))
    change = waveform_from_log_mel(log_mel * (1 + 1e-6 * noise), 16_384) - waveform_from_log_mel(
        log_mel, 16_384
    )
    assert change.abs().max().item() < 1e-3


def test_no_gradient_is_kept() -> None:
    log_mel = torch.full((20, MEL_BANDS), -3.0, requires_grad=True)
    assert not waveform_from_log_mel(log_mel, 19 * 128).requires_grad


def test_frames_that_do_not_fit_the_length_are_refused() -> None:
    synthesiser = Synthesiser()
    synthesiser.feed(torch.full((20, MEL_BANDS), -3.0), torch.ones(20, 1))
    with pytest.raises(ValueError, match="20 frames"):
        synthesiser.finish(20 * 128)


def test_ceiling_of_the_codec_on_speech() -> None:
    """Without a codec between, analysis and synthesis alone keep nearly all of the quality."""
    if not TIMIT_TEST.is_dir():
        pytest.skip("TIMIT's test speech is not beside the project")
    paths = sorted(p for p in TIMIT_TEST.rglob("*.WAV") if p.stem[:2].upper() in ("SX", "SI"))[::4]
    scores: list[dict[str, float]] = []
    for path in paths:
        speech, _ = normalise_level(decode_audio(path.read_bytes())[0])
        log_mel = log_mel_spectrogram(torch.from_numpy(speech))
        decoded = waveform_from_log_mel(log_mel, len(speech)).numpy()
        scores.append(
            NarrowBandPesq().score(speech, decoded) | WideBandPesq().score(speech, decoded)
        )
    assert len(paths) >= 8
    assert np.mean([score["pesq_nb"] for score in scores]) >= 4.40
    assert np.mean([score["pesq_wb"] for score in scores]) >= 4.40
