"""From a folder of speech to its manifest: what is left out, and why."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import soundfile

from gan_audio_compression.compute.parameters import ComputeParameters
from gan_audio_compression.corpus.errors import CorpusError
from gan_audio_compression.datasets.corpus import SpeechCorpus, SpeechCorpusDataset
from gan_audio_compression.pipelines.data_preparation.nodes import (
    list_utterances,
    prepare_utterances,
    read_phone_labels,
    tabulate_dialects,
)
from gan_audio_compression.pipelines.data_preparation.parameters import CorpusParameters
from tests.pipelines.engines import INLINE, PROCESSES

FILES = [
    "TRAIN/DR1/FABC0/SA1.WAV",
    "TRAIN/DR1/FABC0/SX1.WAV",
    "TRAIN/DR2/MDEF0/SX2.WAV",
    "TRAIN/DR2/MDEF0/SX3.WAV",
    "TEST/DR3/FGHI0/SA1.WAV",
    "TEST/DR3/FGHI0/SA2.WAV",
    "TEST/DR3/FGHI0/SX4.WAV",
]


def parameters(**changes: Any) -> CorpusParameters:
    usual: dict[str, Any] = {
        "path": "the/corpus",
        "split_by": "speaker",
        "validation_fraction": 0.1,
        "test_fraction": 0.1,
        "seed": 0,
        "left_out_of_test": ("sa1", "sa2"),
        "most_held_out": None,
        "left_out_of_training": (),
    }
    return CorpusParameters(**(usual | changes))


def load(folder: Path) -> SpeechCorpus:
    return SpeechCorpusDataset(str(folder)).load()


@pytest.fixture
def folder(tmp_path: Path, make_speech: Any) -> Path:
    for seed, name in enumerate(FILES):
        write(tmp_path / name, make_speech(6000 + 500 * seed, seed))
    return tmp_path


def write(path: Path, samples: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, 16_000, format="WAV", subtype="PCM_16")


def prepare(folder: Path, so_far: dict[str, Any], compute: ComputeParameters = INLINE) -> Any:
    corpus = load(folder)
    listed = list_utterances(corpus, parameters())
    return prepare_utterances(corpus, listed, parameters(), compute, so_far)


def test_sentences_that_all_speakers_read_are_not_scored(folder: Path) -> None:
    table = list_utterances(load(folder), parameters())
    tested = table[table["split"] == "test"]
    assert tested["id"].tolist() == ["dr3_fghi0_sx4"]
    assert "dr1_fabc0_sa1" in set(table["id"])
    everything = list_utterances(load(folder), parameters(left_out_of_test=()))
    assert len(everything) == len(FILES)


def test_folders_can_be_left_out_of_training_alone(folder: Path) -> None:
    left_out = ("TRAIN/DR2/MDEF0/SX3.WAV", "TRAIN/DR", "TEST")
    table = list_utterances(load(folder), parameters(left_out_of_training=left_out))
    assert "dr2_mdef0_sx2" in set(table["id"])
    assert "dr2_mdef0_sx3" not in set(table["id"])
    assert (table["split"] == "test").sum() == 1


def test_few_are_held_out_if_few_are_wanted_and_training_keeps_all(folder: Path) -> None:
    usual = parameters(left_out_of_test=())
    everything, few = (
        list_utterances(load(folder), of)
        for of in (usual, usual.model_copy(update={"most_held_out": {"test": 2}}))
    )
    sizes, fewer = (of["split"].value_counts() for of in (everything, few))
    assert sizes["test"] == 3 and fewer["test"] == 2
    assert fewer["train"] == sizes["train"]
    assert fewer["validation"] == sizes["validation"]
    assert set(few["id"]) < set(everything["id"])


def test_no_speaker_is_in_two_splits(folder: Path) -> None:
    table = list_utterances(load(folder), parameters())
    assert (table.groupby("speaker")["split"].nunique() == 1).all()
    assert set(table["split"]) == {"train", "validation", "test"}


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"validation_fraction": 0.0}, "validation"),
        ({"left_out_of_test": ("sa1", "sa2", "sx4")}, "test"),
    ],
)
def test_an_empty_split_is_an_error_that_names_it(
    folder: Path, changes: dict[str, Any], missing: str
) -> None:
    with pytest.raises(CorpusError, match=f"the/corpus has no readable utterance for {missing};"):
        list_utterances(load(folder), parameters(**changes))


def test_speech_and_log_mel_of_an_utterance(
    folder: Path, run_loop: Callable[..., Any], make_speech: Any
) -> None:
    done = run_loop(prepare(folder, {}))
    speech, log_mel = done.partitions
    assert set(speech) == set(log_mel) == set(done.table["id"])
    row = done.records["dr1_fabc0_sx1"]
    assert (row["seconds"], row["frames"]) == (6500 / 16_000, 1 + 6500 // 128)
    assert (row["speaker"], row["sex"], row["dialect_region"]) == ("fabc0", "F", "dr1")
    original = make_speech(6500, 1)
    gain = 10 ** ((-26 + 0.5 * row["level_code"]) / 20)
    np.testing.assert_allclose(
        speech["dr1_fabc0_sx1"] / gain, original - original.mean(), atol=1e-4
    )
    for id, mel in log_mel.items():
        assert mel.shape == (done.records[id]["frames"], 128)
        assert mel.dtype == np.float32
        assert -10 <= mel.min() < mel.max() < 3


def test_files_without_a_signal_are_rows_with_an_error(
    folder: Path, run_loop: Callable[..., Any]
) -> None:
    train = folder / "TRAIN" / "DR1"
    (train / "FABC0" / "SX7.WAV").write_bytes(b"this is no audio at all")
    write(train / "FABC0" / "SX8.WAV", np.zeros(0, np.float32))
    write(train / "FABC0" / "SX9.WAV", np.zeros(4000, np.float32))
    done = run_loop(prepare(folder, {}))
    errors = {id: row["error"] for id, row in done.records.items() if row["error"]}
    assert {id: error.partition(":")[0] for id, error in errors.items()} == {
        "dr1_fabc0_sx7": "UnreadableAudioError",
        "dr1_fabc0_sx8": "EmptyAudioError",
        "dr1_fabc0_sx9": "SilentAudioError",
    }
    assert not set(errors) & set(done.partitions[0])
    assert len(done.table) == 8
    assert done.table["error"].notna().sum() == 3


def test_a_file_that_goes_away_is_a_row_with_an_error(
    folder: Path, run_loop: Callable[..., Any]
) -> None:
    corpus = load(folder)
    listed = list_utterances(corpus, parameters())
    (folder / "TRAIN/DR1/FABC0/SX1.WAV").unlink()
    done = run_loop(prepare_utterances(corpus, listed, parameters(), INLINE, {}))
    assert "SX1.WAV is not in the corpus" in done.records["dr1_fabc0_sx1"]["error"]
    assert done.table["error"].notna().sum() == 1


def test_a_split_without_readable_speech_is_one_sentence(folder: Path) -> None:
    (folder / "TEST/DR3/FGHI0/SX4.WAV").write_bytes(b"no audio")
    with pytest.raises(
        CorpusError, match=r"^The corpus the/corpus has no .* for test; [^.]*\."
    ) as e:
        list(prepare(folder, {}))
    assert "\n" not in str(e.value)


def test_nothing_readable_is_one_sentence(folder: Path) -> None:
    for name in FILES:
        (folder / name).write_bytes(b"no audio")
    with pytest.raises(CorpusError, match="for train, validation, test; give a folder"):
        list(prepare(folder, {}))


def test_what_is_done_is_not_done_again(
    folder: Path, run_loop: Callable[..., Any], make_speech: Any
) -> None:
    first = run_loop(prepare(folder, {}))
    second = run_loop(prepare(folder, first.records))
    assert second.partitions == ({}, {})
    pd.testing.assert_frame_equal(second.table, first.table)
    write(folder / "TRAIN/DR1/FABC0/SX1.WAV", make_speech(9000, 99))
    third = run_loop(prepare(folder, second.records))
    assert set(third.partitions[0]) == {"dr1_fabc0_sx1"}
    assert third.records["dr1_fabc0_sx1"]["frames"] == 1 + 9000 // 128


def test_a_file_that_failed_is_tried_again(
    folder: Path, run_loop: Callable[..., Any], make_speech: Any
) -> None:
    path = folder / "TRAIN/DR1/FABC0/SX1.WAV"
    path.write_bytes(b"no audio")
    first = run_loop(prepare(folder, {}))
    write(path, make_speech(9000, 99))
    second = run_loop(prepare(folder, first.records))
    assert set(second.partitions[0]) == {"dr1_fabc0_sx1"}
    assert second.table["error"].isna().all()


def test_processes_give_the_same(folder: Path, run_loop: Callable[..., Any]) -> None:
    inline, processes = (run_loop(prepare(folder, {}, how)) for how in (INLINE, PROCESSES))
    for expected, found in zip(inline.partitions, processes.partitions, strict=True):
        assert list(expected) == list(found)
        for id, value in expected.items():
            np.testing.assert_allclose(found[id], value, atol=1e-5)
    pd.testing.assert_frame_equal(
        inline.table.drop(columns="compute_seconds"),
        processes.table.drop(columns="compute_seconds"),
    )


def test_dialects_count_only_speakers_who_can_be_heard() -> None:
    manifest = pd.DataFrame(
        {
            "speaker": ["a", "b", "c"],
            "dialect_region": ["dr1", "dr1", "dr2"],
            "sex": ["F", "M", "F"],
            "error": [None, "SilentAudioError: nothing", None],
        }
    )
    table = tabulate_dialects(manifest).set_index("dialect_region")
    assert table["speakers"].to_dict() == {"dr1": 1, "dr2": 1, "Total": 2}
    assert table.loc["dr1", "female_percent"] == 100.0


def test_phone_labels_are_read_where_there_are_any(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "TRAIN/DR1/FABC0/SX1.PHN").write_text("0 3000 h#\n3000 6500 IY\n")
    (folder / "TRAIN/DR2/MDEF0/SX2.PHN").write_text("0 many h#\n")
    corpus = load(folder)
    labels = read_phone_labels(corpus, list_utterances(corpus, parameters()))
    assert labels == {"dr1_fabc0_sx1": [(0, 3000, "h#"), (3000, 6500, "iy")]}
    assert "SX2.PHN is left out" in caplog.text
