"""The ratings of a listening test, which the server or an import has stored."""

from pathlib import Path
from typing import Any

import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from gan_audio_compression.evaluation.mushra.ratings import COLUMNS, no_ratings
from gan_audio_compression.listening.store import RatingStore, StoredRating


class RatingsDataset(AbstractDataset[None, pd.DataFrame]):
    """All last ratings in a file of ratings, one score a row with the columns of MUSHRA's table.

    Without the file nobody has listened yet: the table is empty. It cannot be saved, as ratings
    come from listeners alone.
    """

    def __init__(self, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """
        Args:
            filepath: Path of the SQLite file on this machine.
            metadata: Kept for plugins such as Kedro-Viz.
        """
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """The table.

        Raises:
            RatingStoreError: The file is none of ratings.
        """
        if not self._filepath.exists():
            return no_ratings()
        store = RatingStore.open(self._filepath)
        rows = [row for stored in store.latest() for row in _rows(stored, store)]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def save(self, data: None) -> None:
        """Refuse.

        Raises:
            DatasetError: Always.
        """
        raise DatasetError("Ratings come from listeners alone: no pipeline may write them.")

    def _exists(self) -> bool:
        return self._filepath.exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}


def _rows(stored: StoredRating, store: RatingStore) -> list[dict[str, Any]]:
    rating = stored.rating
    trial = store.test.trial(rating.trial)
    assert trial is not None, "a rating is checked before it is stored"
    conditions = {condition.key: condition for condition in store.test.conditions}
    return [
        {
            "listener": stored.listener,
            "utterance": trial.id,
            "condition": stimulus.condition,
            "label": conditions[stimulus.condition].label,
            "role": conditions[stimulus.condition].role,
            "score": rating.scores[stimulus.token],
            "source_sha256": stimulus.source_sha256,
            "trials": len(store.test.trials),
            "position": rating.position,
            "place": rating.order.index(stimulus.token) + 1,
            "revision": rating.revision,
            "seconds": rating.seconds,
            "comment": rating.comment,
        }
        for stimulus in trial.stimuli
    ]
