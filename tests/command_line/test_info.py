"""`info`: what a .gac file says of itself."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

FIELDS = {
    "version",
    "model",
    "fingerprint",
    "coder",
    "sample_rate",
    "samples",
    "seconds",
    "chunks",
    "chunk_seconds",
    "level_db",
    "size",
    "payload",
    "bit_rate",
}


def test_the_figures_as_json(tool: Any, write_speech: Any, segment_model: Any) -> None:
    tool("encode", write_speech("a.wav", seconds=17, rate=8_000))
    done = tool("info", "a.gac", "--json")
    assert done.code == 0
    about = json.loads(done.out)
    size = Path("a.gac").stat().st_size
    assert set(about) == FIELDS
    assert about["fingerprint"] == segment_model.fingerprint.hex()
    assert (about["sample_rate"], about["samples"], about["seconds"]) == (8_000, 136_000, 17.0)
    assert about["chunks"] == len(about["level_db"]) == 2
    assert about["size"] == size > about["payload"] > 0
    assert about["bit_rate"] == pytest.approx(8 * size / 17)
    assert all(-60 < level < 0 for level in about["level_db"])


def test_the_figures_for_a_person(tool: Any, coded: Path) -> None:
    done = tool("info", coded)
    assert done.code == 0
    assert "recording    0.500 s, 8000 samples at 16000 Hz" in done.out.decode()
    assert f"size         {coded.stat().st_size} bytes" in done.out.decode()
    assert done.err == ""


def test_standard_input(tool: Any, coded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(coded.read_bytes())))
    assert json.loads(tool("info", "-", "--json").out)["samples"] == 8_000


def test_what_is_no_gac_file(tool: Any, speech: Path) -> None:
    done = tool("info", speech, "--json")
    assert (done.code, done.out) == (1, b"")
    assert done.err.startswith("gan-audio-compression: speech.wav: the data does not start as")


def test_a_file_that_ends_early(tool: Any, coded: Path) -> None:
    Path("bad.gac").write_bytes(coded.read_bytes()[:-1])
    done = tool("info", "bad.gac")
    assert (done.code, done.out) == (1, b"")
    assert done.err.startswith("gan-audio-compression: bad.gac: the .gac data ends within")


def test_a_missing_file_and_a_folder(tool: Any) -> None:
    Path("folder").mkdir()
    assert "nothing.gac does not exist" in tool("info", "nothing.gac").err
    assert "folder is a folder" in tool("info", "folder").err
