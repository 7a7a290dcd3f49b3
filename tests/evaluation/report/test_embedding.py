"""What is embedded comes out as it went in."""

import base64
import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import soundfile as sf
from matplotlib.figure import Figure

from gan_audio_compression.evaluation.report.embedding import flac_uri, svg_uri


def payload(uri: str, media_type: str) -> bytes:
    head, _, data = uri.partition(",")
    assert head == f"data:{media_type};base64"
    return base64.b64decode(data, validate=True)


def figure() -> Figure:
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 3, 2], label="quality")
    axes.legend()
    return figure


def test_a_wave_comes_back_within_half_a_step_and_clipped() -> None:
    wave = np.array([0.0, 0.5, -0.25, 1.5, -1.5], np.float32)
    decoded, rate = sf.read(io.BytesIO(payload(flac_uri(wave), "audio/flac")))
    assert rate == 16_000
    assert decoded == pytest.approx(np.clip(wave, -1, 1), abs=1 / 32_768)


def test_a_figure_is_svg_that_needs_no_font_and_is_the_same_each_time() -> None:
    svg = payload(svg_uri(figure()), "image/svg+xml")
    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(svg).iter()}
    assert "path" in tags and "text" not in tags
    assert payload(svg_uri(figure()), "image/svg+xml") == svg
