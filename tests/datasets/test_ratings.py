"""The stored ratings as the table that statistics start from."""

import json
from pathlib import Path

import pytest
from kedro.io import DatasetError

from gan_audio_compression.datasets.ratings import RatingsDataset
from gan_audio_compression.evaluation.mushra.ratings import COLUMNS
from gan_audio_compression.listening.description import (
    Condition,
    ListeningTest,
    Stimulus,
    Trial,
)
from gan_audio_compression.listening.errors import RatingStoreError
from gan_audio_compression.listening.store import RatingStore
from gan_audio_compression.listening.submission import parse_submission

CONDITIONS = (
    Condition(key="original", label="Original", role="hidden_reference"),
    Condition(key="bpgan", label="BPGAN", role="codec"),
)


def trial(number: int) -> Trial:
    stimuli = tuple(
        Stimulus(
            token=f"{number:08x}{place:08x}",
            condition=key,
            sha256="0" * 64,
            source_sha256="1" * 64,
            gain_db=0.0,
        )
        for place, key in enumerate(("original", "bpgan"))
    )
    return Trial(id=f"u{number}", speaker="s", sex=None, seconds=2.0, stimuli=stimuli)


TEST = ListeningTest(
    title="Test",
    seed=0,
    corpus_digest="c",
    sample_rate=16_000,
    loudness_lufs=-23,
    conditions=CONDITIONS,
    absent=(),
    training=trial(0),
    trials=(trial(1), trial(2)),
)


def rate(store: RatingStore, listener: str, number: int, revision: int, bpgan: int) -> None:
    hidden, coded = (stimulus.token for stimulus in trial(number).stimuli)
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
    sent = {"test": TEST.digest, "listener": listener, "consent": True, "background": background}
    store.add(parse_submission(json.dumps(sent | {"ratings": [rating]}).encode(), TEST))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ratings.sqlite"


def test_a_row_is_a_score_of_the_last_revision(path: Path) -> None:
    store = RatingStore.create(path, TEST)
    rate(store, "a" * 32, 1, 1, 40)
    rate(store, "a" * 32, 1, 3, 55)
    rate(store, "a" * 32, 1, 2, 99)
    rate(store, "a" * 32, 2, 1, 60)
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


def test_an_empty_store_is_an_empty_table(path: Path) -> None:
    RatingStore.create(path, TEST)
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
