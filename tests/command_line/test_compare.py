"""`compare`: scores of decoded speech against the original."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

MEASURES = ["pesq_raw", "pesq_nb", "pesq_wb", "stoi", "estoi", "visqol", "log_mel_distance"]
FACTS = [
    *("reference_seconds", "degraded_seconds", "compared_seconds"),
    *("delay_ms", "gain_db", "pieces"),
]


def test_equal_recordings_get_the_best_scores(tool: Any, write_speech: Any) -> None:
    speech = write_speech("a.wav", seconds=2)
    done = tool("compare", speech, speech, "--json")
    assert (done.code, done.err) == (0, "")
    scores = json.loads(done.out)
    assert list(scores) == FACTS + MEASURES
    assert [scores[name] for name in FACTS] == [2, 2, 2, 0, 0, 1]
    assert scores["pesq_raw"] == pytest.approx(4.5, abs=0.01)
    assert scores["pesq_wb"] == pytest.approx(4.644, abs=0.01)
    assert scores["stoi"] == pytest.approx(1.0, abs=1e-4)
    assert scores["visqol"] == pytest.approx(5.0, abs=1e-4)
    assert scores["log_mel_distance"] == 0


def test_the_scores_for_a_person(tool: Any, write_speech: Any) -> None:
    speech = write_speech("a.wav", seconds=2)
    rows = tool("compare", speech, speech).out.decode().splitlines()
    assert [row.split()[0] for row in rows] == FACTS + MEASURES
    assert [row.split()[1] for row in rows[:7]] == [
        *("2.000", "2.000", "2.000", "0.000", "0.000", "1", "4.500")
    ]


def test_the_rates_may_differ(tool: Any, write_speech: Any) -> None:
    reference = write_speech("a.wav", seconds=2)
    wave, _ = sf.read(reference)
    sf.write("same.flac", np.repeat(wave, 3), 48_000)
    done = tool("compare", reference, "same.flac", "--json")
    assert done.code == 0
    assert json.loads(done.out)["stoi"] > 0.99


def test_the_shorter_length_counts_with_a_note(tool: Any, write_speech: Any) -> None:
    long, short = write_speech("a.wav", seconds=3), Path("b.wav")
    wave, rate = sf.read(long)
    sf.write(short, wave[: 2 * rate], rate)
    done = tool("compare", long, short, "--json")
    assert done.code == 0
    assert "The lengths differ (3.000 and 2.000 s): 2.000 s are compared" in done.err
    scores = json.loads(done.out)
    assert scores["pesq_raw"] == pytest.approx(4.5, abs=0.01)
    assert [scores[name] for name in FACTS[:3]] == [3, 2, 2]


def test_a_delay_costs_nothing_and_is_a_row(tool: Any, write_speech: Any) -> None:
    reference = write_speech("a.wav", seconds=2)
    wave, rate = sf.read(reference)
    sf.write("late.wav", np.concatenate([np.zeros(rate // 20), wave]), rate)
    done = tool("compare", reference, "late.wav", "--json")
    assert (done.code, done.err) == (0, "")
    scores = json.loads(done.out)
    assert scores["delay_ms"] == pytest.approx(50, abs=0.5)
    assert scores["stoi"] > 0.99


def test_a_gain_is_a_row(tool: Any, write_speech: Any) -> None:
    reference = write_speech("a.wav", seconds=2, subtype="FLOAT")
    wave, rate = sf.read(reference)
    sf.write("weak.wav", wave / 10, rate, subtype="FLOAT")
    scores = json.loads(tool("compare", reference, "weak.wav", "--json").out)
    assert scores["gain_db"] == pytest.approx(-20, abs=0.01)
    assert scores["pesq_wb"] == pytest.approx(4.64, abs=0.01)


def test_a_long_recording_is_scored_in_pieces(tool: Any, write_speech: Any) -> None:
    speech = write_speech("a.wav", seconds=21)
    done = tool("compare", speech, speech, "--json")
    assert done.code == 0
    assert done.err == (
        "gan-audio-compression: The measures are means of 2 pieces of 10.5 s, for PESQ takes no"
        " more at once.\n"
    )
    scores = json.loads(done.out)
    assert scores["pieces"] == 2
    assert scores["pesq_wb"] == pytest.approx(4.644, abs=0.01)
    assert all(scores[name] is not None for name in MEASURES)


def test_recordings_that_are_unlike_are_told(tool: Any, write_speech: Any) -> None:
    sf.write("noise.wav", np.random.default_rng(0).normal(0, 0.1, 32_000), 16_000)
    done = tool("compare", write_speech("a.wav", seconds=2), "noise.wav", "--json")
    assert done.code == 0
    assert "The two are unlike each other at every delay up to 2 s" in done.err
    assert json.loads(done.out)["delay_ms"] is None


def test_silence_has_no_scores_but_a_reason(tool: Any, write_speech: Any) -> None:
    sf.write("silent.wav", np.zeros(32_000), 16_000)
    done = tool("compare", write_speech("a.wav", seconds=2), "silent.wav", "--json")
    assert done.code == 1
    scores = json.loads(done.out)
    assert {name: scores[name] for name in MEASURES} == dict.fromkeys(MEASURES)
    assert scores["gain_db"] is None
    assert done.err.startswith("gan-audio-compression: The decoded wave is silent")


def test_a_file_that_is_no_audio_is_named(tool: Any, speech: Path) -> None:
    Path("text.wav").write_text("hello")
    done = tool("compare", speech, "text.wav")
    assert (done.code, done.out) == (1, b"")
    assert done.err.startswith("gan-audio-compression: text.wav: This is not readable audio")
