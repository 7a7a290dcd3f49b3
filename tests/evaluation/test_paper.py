"""The paper's figures agree with each other and with the scale they are on."""

import pytest

from gan_audio_compression.evaluation.paper import CITATION, RESULTS, TABLE_3


def test_the_figures_are_those_of_the_paper() -> None:
    figures = {row.method: (row.kbit_s, row.pesq_raw, row.mushra) for row in TABLE_3}
    assert figures == {
        "Original": (256, 4.50, 95.0),
        "Unified GAN": (2, 3.25, 64.1),
        "CELP": (8, 3.39, 59.4),
        "Opus": (9, 3.47, 79.3),
        "AMR": (6.6, 3.36, 58.9),
        "BPGAN": (2, 3.26, 64.9),
    }


def test_the_original_is_16_bit_pcm_at_the_ceiling_of_the_raw_scale() -> None:
    original = TABLE_3[0]
    assert original.kbit_s * 1000 == pytest.approx(16 * 16_000)
    assert original.pesq_raw == max(row.pesq_raw for row in TABLE_3) == 4.5


def test_results_are_found_by_their_method() -> None:
    assert list(RESULTS) == [row.method for row in TABLE_3]
    assert RESULTS["Opus"].mushra == 79.3


def test_the_source_is_named() -> None:
    assert "Chaulagain" in CITATION
    assert "Bhattarai" in CITATION
    assert "table 3" in CITATION
