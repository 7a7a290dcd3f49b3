"""The corpus in the repository is what its card promises."""

from pathlib import Path

import numpy as np
import pytest

from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.corpus.entry import CorpusEntry
from gan_audio_compression.corpus.readers import list_entries

ROOT = Path(__file__).resolve().parents[2] / "data" / "01_raw" / "demo_corpus"


@pytest.fixture(scope="module")
def files() -> list[Path]:
    return [path for path in ROOT.rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def entries(files: list[Path]) -> list[CorpusEntry]:
    names = [path.relative_to(ROOT).as_posix() for path in files]
    return list_entries(names, lambda name: (ROOT / name).read_text())


def sentences(entries: list[CorpusEntry], split: str) -> list[str]:
    paths = [(ROOT / entry.path).with_suffix(".TXT") for entry in entries if entry.split == split]
    return [path.read_text().split(maxsplit=2)[2].strip() for path in paths]


def test_listed_as_timit_with_enough_voices(entries: list[CorpusEntry]) -> None:
    assert len(entries) >= 60
    assert len({entry.speaker for entry in entries}) >= 10
    assert {entry.split for entry in entries} == {"train", "test"}
    assert {entry.sex for entry in entries if entry.split == "test"} == {"F", "M"}
    assert sum(entry.split == "test" for entry in entries) >= 12
    assert len({entry.dialect_region for entry in entries}) >= 5


def test_small_enough_for_the_repository(files: list[Path]) -> None:
    assert sum(path.stat().st_size for path in files) <= 8_000_000


def test_no_sentence_and_no_speaker_is_in_both_splits(entries: list[CorpusEntry]) -> None:
    assert not set(sentences(entries, "train")) & set(sentences(entries, "test"))
    train, test = ({e.speaker for e in entries if e.split == s} for s in ("train", "test"))
    assert not train & test


def test_three_minutes_of_sphere_files_at_16_khz(entries: list[CorpusEntry]) -> None:
    seconds = 0.0
    for entry in entries:
        data = (ROOT / entry.path).read_bytes()
        wave, rate = decode_audio(data)
        assert data.startswith(b"NIST_1A\n   1024\n")
        assert len(data) == 1024 + 2 * wave.size
        assert rate == 16000
        start, length, _ = (ROOT / entry.path).with_suffix(".TXT").read_text().split(maxsplit=2)
        assert (int(start), int(length)) == (0, wave.size)
        seconds += wave.size / rate
    assert seconds >= 180


def test_levels_are_those_of_speech_without_clipping(entries: list[CorpusEntry]) -> None:
    for entry in entries:
        wave, _ = decode_audio((ROOT / entry.path).read_bytes())
        peak_dbfs = 20 * np.log10(np.abs(wave).max())
        rms_dbfs = 20 * np.log10(wave.std())
        assert peak_dbfs <= -0.99
        assert -35 < rms_dbfs < -10
        assert 6 < peak_dbfs - rms_dbfs < 30
