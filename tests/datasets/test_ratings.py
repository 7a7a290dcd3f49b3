"""The stored ratings as the table that statistics start from."""

import json
from pathlib import Path

import pytest
from kedro.io import DatasetError

from gan_audio_compression.datasets.ratings import RatingsDataset
from gan_audio_compression.evaluation.mushra.ratings import COLUMNS
from gan_audio_compression.listening.description import ListeningTest
from gan_audio_compression.listening.errors import RatingStoreError
from gan_audio_compression.listening.store import RatingStore
from gan_audio_compression.listening.submission import parse_submission


def rate(
    store: RatingStore, test: ListeningTest, listener: str, number: int, revision: int, bpgan: int
) -> None:
    hidden, coded = (stimulus.token for stimulus in test.trials[number - 1].stimuli)
    rating = {
        "trial": f"u{number}",
        "revision": revision,
        "position": 3 - number,
        "order": [coded, hidden],
        "scores": {hidden: 100, coded: bpgan},
        "comment": "a click",
        "seconds": 31.5,
    }
    background = {"hearing": "normal", "experience": "none", "playback": "headphones"}
    sent = {"test": test.digest, "listener": listener, "consent": True, "background": background}
    store.add(parse_submission(json.dumps(sent | {"ratings": [rating]}).encode(), test))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ratings.sqlite"


def test_a_row_is_a_score_of_the_last_revision(listening_test: ListeningTest, path: Path) -> None:
    store = RatingStore.create(path, listening_test)
    rate(store, listening_test, "a" * 32, 1, 1, 40)
    rate(store, listening_test, "a" * 32, 1, 3, 55)
    rate(store, listening_test, "a" * 32, 1, 2, 99)
    rate(store, listening_test, "a" * 32, 2, 1, 60)
    table = RatingsDataset(str(path)).load()
    assert tuple(table.columns) == COLUMNS
    assert table["position"].tolist() == [1, 1, 2, 2]
    assert (table["trials"] == 2).all()
    coded = table[table["condition"] == "bpgan"].sort_values("utterance")
    assert coded[["utterance", "score"]].to_numpy().tolist() == [["u1", 55], ["u2", 60]]
    row = coded.iloc[0]
    assert row[["label", "role", "place", "revision", "comment", "seconds"]].tolist() == [
        *("BPGAN", "codec", 1, 3, "a click", 31.5)
    ]


def test_without_the_file_nobody_has_listened(path: Path) -> None:
    dataset = RatingsDataset(str(path))
    assert dataset.load().empty and tuple(dataset.load().columns) == COLUMNS
    assert not dataset.exists()
    assert not path.exists(), "reading made a file"


def test_an_empty_store_is_an_empty_table(listening_test: ListeningTest, path: Path) -> None:
    RatingStore.create(path, listening_test)
    assert RatingsDataset(str(path)).load().empty


def test_no_pipeline_may_write_ratings(path: Path) -> None:
    with pytest.raises(DatasetError, match="listeners alone"):
        RatingsDataset(str(path)).save("anything")  # type: ignore[arg-type]


def test_another_file_is_one_sentence(path: Path) -> None:
    path.write_text("no database, but long enough to be taken for a damaged one" * 20)
    with pytest.raises(DatasetError) as caught:
        RatingsDataset(str(path)).load()
    assert isinstance(caught.value.__cause__, RatingStoreError)
    assert "ratings.sqlite cannot be used" in str(caught.value.__cause__)
