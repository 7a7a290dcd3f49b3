"""The figures of the report, as Matplotlib figures that the caller saves."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from gan_audio_compression.evaluation.drawing import COLOUR_MAP, line_style, panel_figure

_DECIBELS_PER_NEPER = 20 / math.log(10)
_MEL_FLOOR_NEPERS = -10.0
_MEL_LIMIT_HERTZ = 8000.0
_MEL_TICKS_KILOHERTZ = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
_STFT_LENGTH, _STFT_HOP = 512, 128
_SPECTROGRAM_RANGE_DECIBELS = 80.0


def mel_spectrogram_figure(
    log_mel: NDArray[np.floating], *, title: str, hop_seconds: float
) -> Figure:
    """A log mel spectrogram, figures 6 and 7 of the paper.

    Args:
        log_mel: [frames, bands], nepers re the reference level; Slaney bands over 0-8 kHz.
        hop_seconds: from one frame to the next.
    """
    frames, bands = log_mel.shape
    decibels = log_mel.T * _DECIBELS_PER_NEPER
    figure, (axes,) = panel_figure(title)
    image = axes.imshow(
        decibels,
        origin="lower",
        aspect="auto",
        cmap=COLOUR_MAP,
        vmin=_MEL_FLOOR_NEPERS * _DECIBELS_PER_NEPER,
        vmax=max(0.0, float(decibels.max())),
        # Band i is centred on the (i + 1)-th of the bands + 1 equal steps of the mel scale.
        extent=(0.0, frames * hop_seconds, 0.5, bands + 0.5),
    )
    # The half bands at both ends belong to no centre: show them as floor, not as white lines.
    axes.set_facecolor(image.cmap(0.0))
    axes.set_ylim(0, bands + 1)
    step = _slaney_mel(_MEL_LIMIT_HERTZ) / (bands + 1)
    axes.set_yticks(
        [_slaney_mel(1000 * kilohertz) / step for kilohertz in _MEL_TICKS_KILOHERTZ],
        labels=[f"{kilohertz:g}" for kilohertz in _MEL_TICKS_KILOHERTZ],
    )
    axes.set_xlabel("Time (s)")
    axes.set_ylabel("Frequency (kHz, mel scale)")
    figure.colorbar(image, ax=axes, label="Magnitude (dB re the reference level)")
    return figure


def spectrogram_pair_figure(
    original_wave: NDArray[np.floating],
    decoded_wave: NDArray[np.floating],
    *,
    sample_rate: int,
    title: str,
) -> Figure:
    """Spectrograms of the original and the decoded wave, figure 8 of the paper.

    Both share one colour scale, in dB re the peak of the original's spectrogram.
    """
    waves = {"Original": original_wave, "Decoded": decoded_wave}
    figure, panels = panel_figure(title, rows=2, height=7.0)
    _draw_spectrograms(panels, waves, sample_rate, columns=1)
    return figure


def spectrogram_grid_figure(
    waves: Mapping[str, NDArray[np.floating]], *, sample_rate: int, title: str
) -> Figure:
    """Spectrograms of one utterance from several systems, two to a row.

    All share one colour scale, in dB re the peak of the first one's spectrogram.

    Args:
        waves: [n] each, by the name above its panel; the original comes first.
    """
    rows = math.ceil(len(waves) / 2)
    figure, panels = panel_figure(title, rows=rows, columns=2, height=1.0 + 2.25 * rows)
    for surplus in panels[len(waves) :]:
        surplus.remove()
    _draw_spectrograms(panels[: len(waves)], waves, sample_rate, columns=2)
    return figure


def loss_figure(
    epochs: Sequence[int], curves: Mapping[str, Sequence[float]], *, title: str, ylabel: str
) -> Figure:
    """Losses by epoch, one line a name, figures 9 and 10 of the paper."""
    figure, (axes,) = panel_figure(title)
    for number, (name, values) in enumerate(curves.items()):
        axes.plot(epochs, values, **asdict(line_style(number)), markersize=2, label=name)
    axes.set_xlabel("Epoch")
    axes.set_ylabel(ylabel)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)
    if curves:
        axes.legend()
    return figure


def _draw_spectrograms(
    panels: Sequence[Axes],
    waves: Mapping[str, NDArray[np.floating]],
    sample_rate: int,
    *,
    columns: int,
) -> None:
    """Spectrograms on one scale, in dB re the peak of the first wave's."""
    magnitudes = [_magnitude(wave, sample_rate) for wave in waves.values()]
    reference = float(magnitudes[0].max()) or 1.0
    for axes, (name, wave), magnitude in zip(panels, waves.items(), magnitudes, strict=True):
        image = _draw_spectrogram(
            axes, magnitude / reference, seconds=len(wave) / sample_rate, sample_rate=sample_rate
        )
        axes.set_title(name)
    for axes in panels[::columns]:
        axes.set_ylabel("Frequency (kHz)")
    for axes in panels[(len(panels) - 1) // columns * columns :]:
        axes.set_xlabel("Time (s)")
    panels[0].figure.colorbar(image, ax=panels, label="Magnitude (dB re the original's peak)")


def _draw_spectrogram(
    axes: Axes, magnitude: NDArray[np.floating], *, seconds: float, sample_rate: int
) -> AxesImage:
    smallest = 10 ** (-_SPECTROGRAM_RANGE_DECIBELS / 20)
    return axes.imshow(
        20 * np.log10(np.maximum(magnitude, smallest)),
        origin="lower",
        aspect="auto",
        cmap=COLOUR_MAP,
        vmin=-_SPECTROGRAM_RANGE_DECIBELS,
        vmax=0.0,
        extent=(0.0, seconds, 0.0, sample_rate / 2000),
    )


def _magnitude(wave: NDArray[np.floating], sample_rate: int) -> NDArray[np.floating]:
    """|STFT|, [bins, frames], of frames centred within the wave."""
    padded = np.pad(wave, (0, max(0, _STFT_LENGTH - len(wave))))
    stft = ShortTimeFFT(hann(_STFT_LENGTH, sym=False), _STFT_HOP, sample_rate)
    frames = max(1, math.ceil(len(wave) / _STFT_HOP))
    magnitude: NDArray[np.floating] = np.abs(stft.stft(padded, p0=0, p1=frames))
    return magnitude


def _slaney_mel(hertz: float) -> float:
    """Slaney's mel scale: linear up to 1 kHz, then 27 steps for each factor of 6.4."""
    if hertz < 1000:
        return hertz * 3 / 200
    return 15 + 27 * math.log(hertz / 1000) / math.log(6.4)
