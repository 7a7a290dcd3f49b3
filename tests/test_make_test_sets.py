"""The script that makes test sets: which sets there are, what they hold, that draws repeat."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from gan_audio_compression.corpus.folder import list_folder
from gan_audio_compression.signal.level import normalise_level
from scripts.make_test_sets import MOST_TO_LEARN_FROM, MOST_VARIED, write_sets

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def corpus(make_speech: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("corpus")
    rows = []
    for source, split, speakers in (("near", "test", 9), ("far", "valid", 2), ("far", "train", 3)):
        for number in range(speakers):
            path = Path(source) / f"{split}{number}.wav"
            (root / source).mkdir(exist_ok=True)
            sf.write(root / path, make_speech(16_000, number), 16_000)
            rows.append((path.as_posix(), f"{source}-{split}-{number}", split))
    (root / "near" / "test0.phn").write_text("0 16000 h#")
    with (root / "manifest.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("path", "speaker", "split"), *rows])
    return root


@pytest.fixture(scope="module")
def made(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rows]:
    folder = tmp_path_factory.mktemp("sets")
    return folder, list(write_sets(corpus, folder))


def test_each_folder_is_a_set_and_forms_of_it_are_others(made: tuple[Path, Rows]) -> None:
    _, rows = made
    varied = MOST_VARIED + 2
    assert Counter(row["test_set"] for row in rows) == {
        **{"near": 9, "far": 2, "": 3},
        **{"noise 10 dB": varied, "room": varied, "telephone": varied},
    }
    assert {row["split"] for row in rows if not row["test_set"]} == {"train"}
    assert MOST_TO_LEARN_FROM > 3


def test_every_row_has_its_recording_and_labels_come_along(made: tuple[Path, Rows]) -> None:
    folder, rows = made
    assert all((folder / row["path"]).is_file() for row in rows)
    assert (folder / "near/test0.phn").read_text() == "0 16000 h#"
    assert len(list_folder(folder)) == len({row["path"] for row in rows})


def test_noise_is_10_db_below_the_speech(corpus: Path, made: tuple[Path, Rows]) -> None:
    folder, rows = made
    for row in rows:
        if row["test_set"] != "noise 10 dB":
            continue
        noisy, _ = sf.read(folder / row["path"], dtype="float32")
        source = Path(row["path"]).relative_to("noise_10_dB").with_suffix(".wav")
        speech, _ = normalise_level(sf.read(corpus / source, dtype="float32")[0])
        noise_db = 10 * np.log10(np.square(noisy - speech).mean())
        # Speech is at -26 dB while it is active; FLAC has 16 bits.
        assert noise_db == pytest.approx(-36, abs=0.3)


def test_sets_are_the_same_again(corpus: Path, made: tuple[Path, Rows], tmp_path: Path) -> None:
    folder, rows = made
    assert list(write_sets(corpus, tmp_path)) == rows
    for row in rows:
        assert (tmp_path / row["path"]).read_bytes() == (folder / row["path"]).read_bytes()
