"""From the log mel back to a waveform: exact in length, deterministic, near the original."""

import itertools
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.evaluation.pesq_measures import NarrowBandPesq, WideBandPesq
from gan_audio_compression.signal.analysis import (
    centred_magnitude,
    frame_count,
    log_mel_of,
    log_mel_spectrogram,
)
from gan_audio_compression.signal.level import normalise_level
from gan_audio_compression.signal.loudness_match import Descent
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

Wave = NDArray[Any]


def harmonic(samples: int = 16_384) -> Wave:
    """A voiced sound that glides from 110 to 150 Hz, with a little noise."""
    t = np.arange(samples) / SAMPLE_RATE
    phase = 2 * math.pi * (110 * t + 20 * t**2)
    voice = np.sum([np.sin(k * phase) / k for k in range(1, 40)], axis=0)
    draw = torch.Generator().manual_seed(0)
    noise = torch.randn(samples, generator=draw, dtype=torch.float64).numpy()
    made: Wave = (0.05 * voice + 0.001 * noise).astype(np.float32)
    return made


@pytest.mark.parametrize("samples", [1, 127, 128, 256, 257, 511, 16_384, 20_001])
def test_length_is_exact(samples: int) -> None:
    log_mel = np.full((frame_count(samples), MEL_BANDS), -3.0)
    waveform = waveform_from_log_mel(log_mel, samples)
    assert waveform.shape == (samples,)
    assert np.isfinite(waveform).all()


def test_equal_input_gives_equal_output() -> None:
    log_mel = log_mel_spectrogram(harmonic())
    first = waveform_from_log_mel(log_mel, 16_384)
    np.random.seed(99)
    assert np.array_equal(first, waveform_from_log_mel(log_mel.copy(), 16_384))


@pytest.mark.parametrize("frequency", [250.0, 1000.0, 3000.0])
def test_a_sine_keeps_its_frequency_and_level(frequency: float) -> None:
    t = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    sine = (0.07 * np.sin(2 * math.pi * frequency * t)).astype(np.float32)
    waveform = waveform_from_log_mel(log_mel_spectrogram(sine), SAMPLE_RATE)
    spectrum = np.abs(np.fft.rfft(waveform * np.hanning(SAMPLE_RATE)))
    half_a_band = max(16.0, 0.0125 * frequency)
    assert spectrum.argmax() == pytest.approx(frequency, abs=half_a_band)
    level_change = 20 * np.log10(waveform.std() / sine.std())
    assert level_change == pytest.approx(0.0, abs=1.5)


def test_the_log_mel_of_the_result_is_near() -> None:
    wanted = log_mel_spectrogram(harmonic())
    found = log_mel_spectrogram(waveform_from_log_mel(wanted, 16_384))
    assert np.abs(found - wanted).mean() < 0.1


def test_magnitude_is_not_negative_and_has_the_mel_it_was_made_from() -> None:
    magnitude = centred_magnitude(harmonic())
    log_mel = log_mel_of(magnitude)
    estimate = mel_to_magnitude(log_mel)
    assert estimate.shape == magnitude.shape
    assert estimate.min() >= 0
    error = np.linalg.norm(estimate - magnitude) / np.linalg.norm(magnitude)
    assert error < 0.15


def test_the_floor_is_silence() -> None:
    waveform = waveform_from_log_mel(np.full((101, MEL_BANDS), FLOOR), 12_800)
    assert np.abs(waveform).max() < 1e-3


def chunks_of(log_mel: Wave) -> list[Wave]:
    return np.split(log_mel, range(CHUNK_FRAMES, len(log_mel), CHUNK_FRAMES))


def synthesised_by_chunks(log_mel: Wave, samples: int, gains: tuple[float, ...]) -> Wave:
    """The waveform of `log_mel`, in chunks of 128 frames that were coded with these gains."""
    synthesiser = Synthesiser()
    parts = []
    for chunk, gain in zip(chunks_of(log_mel), itertools.cycle(gains)):
        parts.append(synthesiser.feed(chunk + math.log(gain), np.full((len(chunk), 1), gain)))
    return np.concatenate([*parts, synthesiser.finish(samples)])


def demo_speech() -> Wave:
    """Some seconds of the demo corpus."""
    paths = sorted(DEMO_CORPUS.rglob("*.WAV"))[::20]
    speech = [normalise_level(decode_audio(path.read_bytes())[0])[0] for path in paths]
    return np.concatenate(speech)[: 8 * SAMPLE_RATE]


def tone(frequency: float, samples: int = 6 * 16_384 + 5000) -> Wave:
    t = np.arange(samples) / SAMPLE_RATE
    return (0.07 * np.sin(2 * math.pi * frequency * t)).astype(np.float32)


SIGNALS: dict[str, Callable[[], Wave]] = {
    "speech": demo_speech,
    "voice": lambda: harmonic(6 * 16_384 + 100),
    **{f"{hz:.0f} Hz": partial(tone, hz) for hz in (125.0, 440.0, 1234.0, 3000.0)},
}


def joins(frames: int) -> list[int]:
    """First frames of all chunks but the first."""
    return list(range(CHUNK_FRAMES, frames, CHUNK_FRAMES))


def high_pass_peaks(waveform: Wave) -> Wave:
    """Largest second difference in each 10 ms."""
    curvature = np.abs(np.diff(waveform, n=2))
    peaks: Wave = curvature[: len(curvature) // 160 * 160].reshape(-1, 160).max(1)
    return peaks


@pytest.mark.parametrize("gains", [(1.0,), (0.25, 3.0, 1.0)])
@pytest.mark.parametrize("name", SIGNALS)
def test_no_click_at_joins(name: str, gains: tuple[float, ...]) -> None:
    """From the crossfade before a join to 40 ms after it nothing is sharper than without one."""
    signal = SIGNALS[name]()
    log_mel = log_mel_spectrogram(signal)
    streamed = high_pass_peaks(synthesised_by_chunks(log_mel, len(signal), gains))
    whole = high_pass_peaks(waveform_from_log_mel(log_mel, len(signal)))
    for frame in joins(len(log_mel)):
        near = slice(frame * 128 // 160 - 10, frame * 128 // 160 + 4)
        assert streamed[near].max() <= 1.5 * whole[near].max() + 1e-4


@pytest.mark.parametrize("name", SIGNALS)
def test_log_mel_near_joins_is_as_good_as_elsewhere(name: str) -> None:
    signal = SIGNALS[name]()
    log_mel = log_mel_spectrogram(signal)
    pieces = log_mel_spectrogram(synthesised_by_chunks(log_mel, len(signal), (1.0,)))
    whole = log_mel_spectrogram(waveform_from_log_mel(log_mel, len(signal)))
    audible = log_mel > -6.0
    error, usual = (np.abs(found - log_mel)[audible] for found in (pieces, whole))
    near = np.zeros(len(log_mel), bool)
    for frame in joins(len(log_mel)):
        near[frame - 10 : frame + 4] = True
    near_cells = np.broadcast_to(near[:, None], log_mel.shape)[audible]
    assert error[near_cells].mean() <= 1.25 * usual[near_cells].mean() + 0.05
    assert error.mean() <= 1.1 * usual.mean() + 0.01


def around_every_frame(waveform: Wave) -> Wave:
    return np.lib.stride_tricks.sliding_window_view(waveform, 1024)[::128]


def test_the_level_does_not_depend_on_the_gains() -> None:
    """In 64 ms around the joins, too, where each gain meets the next."""
    signal = demo_speech()
    log_mel = log_mel_spectrogram(signal)
    one, changing = (
        around_every_frame(synthesised_by_chunks(log_mel, len(signal), gains)).std(1)
        for gains in ((1.0,), (0.25, 3.0, 1.0, 8.0))
    )
    change_db = 20 * np.log10(changing / one)
    audible = one > 0.005
    near = np.zeros_like(audible)
    for frame in joins(len(log_mel)):
        near[frame - 16 : frame + 8] = True
    assert change_db[audible].mean() == pytest.approx(0.0, abs=0.05)
    assert np.abs(change_db[audible & near]).mean() < 0.5


@pytest.mark.parametrize("samples", [1, 128, 16_383, 16_384, 16_385, 17_500, 32_768, 40_000])
def test_chunks_have_the_exact_length(samples: int) -> None:
    log_mel = np.full((frame_count(samples), MEL_BANDS), -3.0)
    waveform = synthesised_by_chunks(log_mel, samples, (1.0, 2.0))
    assert waveform.shape == (samples,)
    assert np.isfinite(waveform).all()


def test_nothing_waits_longer_than_eight_frames() -> None:
    synthesiser = Synthesiser()
    log_mel = log_mel_spectrogram(harmonic(40_000))
    ready = 0
    for chunks, chunk in enumerate(chunks_of(log_mel[: 2 * CHUNK_FRAMES]), start=1):
        ready += len(synthesiser.feed(chunk, np.ones((len(chunk), 1))))
        assert ready == chunks * 16_384 - 7 * 128


def test_a_lost_chunk_is_silence_between_others() -> None:
    log_mel = log_mel_spectrogram(harmonic(4 * 16_384))
    lost = log_mel.copy()
    lost[CHUNK_FRAMES : 2 * CHUNK_FRAMES] = -math.inf
    waveform = synthesised_by_chunks(lost, 4 * 16_384, (1.0, 5.0))
    assert np.isfinite(waveform).all()
    assert np.abs(waveform[16_384 + 512 : 2 * 16_384 - 512]).max() < 1e-6
    assert waveform[:16_000].std() == pytest.approx(harmonic().std(), rel=0.1)


def test_silence_throughout_is_exact() -> None:
    silence = np.full((300, MEL_BANDS), -math.inf)
    assert not synthesised_by_chunks(silence, 299 * 128, (1.0,)).any()


def test_the_last_bits_of_the_log_mel_hardly_matter() -> None:
    log_mel = log_mel_spectrogram(harmonic())
    noise = torch.randn(log_mel.shape, generator=torch.Generator().manual_seed(0)).numpy()
    change = waveform_from_log_mel(log_mel * (1 + 1e-6 * noise), 16_384) - waveform_from_log_mel(
        log_mel, 16_384
    )
    assert np.abs(change).max() < 1e-3


def test_single_precision_is_as_near_and_keeps_nothing_in_double() -> None:
    wanted = log_mel_spectrogram(harmonic())
    errors = []
    for precision in (np.float32, np.float64):
        synthesiser = Synthesiser(descent=Descent(5), precision=precision)
        ready = synthesiser.feed(wanted, np.ones((len(wanted), 1)))
        kept = {array.dtype for name, array in synthesiser.snapshot().items() if name != "frames"}
        assert kept == {np.dtype(precision)}
        found = log_mel_spectrogram(np.concatenate([ready, synthesiser.finish(16_384)]))
        errors.append(np.abs(found - wanted)[wanted > -5].mean())
    assert errors[0] == pytest.approx(errors[1], rel=0.05)


def test_frames_that_do_not_fit_the_length_are_refused() -> None:
    synthesiser = Synthesiser()
    synthesiser.feed(np.full((20, MEL_BANDS), -3.0), np.ones((20, 1)))
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
        decoded = waveform_from_log_mel(log_mel_spectrogram(speech), len(speech))
        scores.append(
            NarrowBandPesq().score(speech, decoded) | WideBandPesq().score(speech, decoded)
        )
    assert len(paths) >= 8
    assert np.mean([score["pesq_nb"] for score in scores]) >= 4.40
    assert np.mean([score["pesq_wb"] for score in scores]) >= 4.40
