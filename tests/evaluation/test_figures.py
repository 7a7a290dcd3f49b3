"""Figures say what they show, in which units, over the right span of time."""

import io

import numpy as np
import pytest
from matplotlib.figure import Figure

from gan_audio_compression.evaluation.figures import (
    loss_figure,
    mel_spectrogram_figure,
    spectrogram_grid_figure,
    spectrogram_pair_figure,
)

RATE = 16_000


def tone(hertz: float, seconds: float, level: float = 0.5) -> np.ndarray:
    return level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)


def renders(figure: Figure) -> bool:
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue().startswith(b"\x89PNG")


def test_mel_figure_is_titled_labelled_and_as_long_as_the_utterance() -> None:
    figure = mel_spectrogram_figure(np.full((250, 128), -4.0), title="Original", hop_seconds=0.008)
    axes, colour_bar = figure.axes
    assert figure.get_suptitle() == "Original"
    assert axes.get_xlabel() == "Time (s)"
    assert axes.get_ylabel() == "Frequency (kHz, mel scale)"
    assert colour_bar.get_ylabel() == "Magnitude (dB re the reference level)"
    assert axes.get_xlim() == pytest.approx((0.0, 2.0))
    assert renders(figure)


def test_mel_figure_turns_nepers_into_decibels() -> None:
    log_mel = np.full((10, 128), -10.0)
    log_mel[3, 5] = -np.log(10)
    image = mel_spectrogram_figure(log_mel, title="Mel", hop_seconds=0.008).axes[0].images[0]
    shown = np.asarray(image.get_array())
    assert shown.shape == (128, 10)
    assert shown[5, 3] == pytest.approx(-20.0)
    assert image.get_clim() == pytest.approx((-86.86, 0.0), abs=0.01)


def test_mel_axis_is_linear_to_1_khz_and_logarithmic_above() -> None:
    axes = mel_spectrogram_figure(np.zeros((9, 128)), title="Mel", hop_seconds=0.008).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    place = dict(zip(labels, axes.get_yticks(), strict=True))
    assert (place["0"], place["8"]) == pytest.approx(axes.get_ylim())
    assert place["1"] == pytest.approx(2 * place["0.5"])
    assert place["4"] - place["2"] == pytest.approx(place["8"] - place["4"])
    assert place["2"] - place["1"] == pytest.approx(place["4"] - place["2"])
    assert place["1"] / place["8"] == pytest.approx(15 / 45.2456, abs=1e-4)


def test_pair_shows_both_waves_on_one_scale() -> None:
    original, decoded = tone(1000, 1.5), tone(3000, 1.5, level=0.05)
    figure = spectrogram_pair_figure(original, decoded, sample_rate=RATE, title="SX37")
    top, bottom, colour_bar = figure.axes
    assert figure.get_suptitle() == "SX37"
    assert (top.get_title(), bottom.get_title()) == ("Original", "Decoded")
    assert bottom.get_xlabel() == "Time (s)"
    assert top.get_ylabel() == bottom.get_ylabel() == "Frequency (kHz)"
    assert colour_bar.get_ylabel() == "Magnitude (dB re the original's peak)"
    first, second = top.images[0], bottom.images[0]
    assert first.get_clim() == second.get_clim() == (-80.0, 0.0)
    assert first.get_extent() == second.get_extent() == pytest.approx((0.0, 1.5, 0.0, 8.0))
    assert renders(figure)


def test_pair_shows_tones_where_and_as_loud_as_they_are() -> None:
    figure = spectrogram_pair_figure(
        tone(1000, 1.0), tone(3000, 1.0, level=0.05), sample_rate=RATE, title="Tones"
    )
    for axes, kilohertz, decibels in zip(figure.axes, (1.0, 3.0), (0.0, -20.0), strict=False):
        shown = np.asarray(axes.images[0].get_array())
        middle = shown[:, shown.shape[1] // 2]
        assert np.argmax(middle) / (len(middle) - 1) * 8 == pytest.approx(kilohertz, abs=0.03)
        assert middle.max() == pytest.approx(decibels, abs=0.5)


@pytest.mark.parametrize("samples", [1, 100, 513])
def test_pair_draws_silence_and_very_short_waves(samples: int) -> None:
    silence = np.zeros(samples)
    figure = spectrogram_pair_figure(silence, silence, sample_rate=RATE, title="Silence")
    assert np.all(np.asarray(figure.axes[0].images[0].get_array()) == -80.0)
    assert renders(figure)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_grid_shows_every_wave_by_name_on_one_scale(count: int) -> None:
    names = ["Original", "Opus 9k", "Opus 6k", "Codec2", "BPGAN"][:count]
    waves = {name: tone(1000, 0.5, level=0.5 / 10**i) for i, name in enumerate(names)}
    figure = spectrogram_grid_figure(waves, sample_rate=RATE, title="SX37")
    *panels, colour_bar = figure.axes
    assert [axes.get_title() for axes in panels] == names
    assert colour_bar.get_ylabel() == "Magnitude (dB re the original's peak)"
    for number, axes in enumerate(panels):
        assert axes.images[0].get_clim() == (-80.0, 0.0)
        loudest = float(np.asarray(axes.images[0].get_array()).max())
        assert loudest == pytest.approx(-20.0 * number, abs=0.5)
    assert [axes.get_xlabel() for axes in panels][-1] == "Time (s)"
    assert all(axes.get_ylabel() == "Frequency (kHz)" for axes in panels[::2])
    assert renders(figure)


def test_loss_figure_has_a_named_line_for_each_curve() -> None:
    curves = {"real": [0.9, 0.5, 0.3], "generated": [0.8, 0.6, 0.5]}
    figure = loss_figure([1, 2, 3], curves, title="Discriminator", ylabel="Loss")
    (axes,) = figure.axes
    assert figure.get_suptitle() == "Discriminator"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Epoch", "Loss")
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["real", "generated"]
    for line, values in zip(axes.lines, curves.values(), strict=True):
        assert np.array_equal(np.asarray(line.get_xdata()), [1, 2, 3])
        assert np.array_equal(np.asarray(line.get_ydata()), values)
    assert len({(line.get_color(), line.get_linestyle()) for line in axes.lines}) == 2
    assert renders(figure)


def test_loss_figure_counts_whole_epochs() -> None:
    figure = loss_figure([1, 2, 3], {"MSE": [3.0, 2.0, 1.0]}, title="MSE", ylabel="MSE")
    assert renders(figure)
    ticks = figure.axes[0].get_xticks()
    assert np.array_equal(ticks, np.round(ticks))
