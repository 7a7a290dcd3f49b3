"""The ratings of a listening test, which the server or an import has stored."""

from typing import Any

import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from gan_audio_compression.datasets.files import on_this_machine, open_filesystem
from gan_audio_compression.evaluation.mushra.ratings import COLUMNS, no_ratings
from gan_audio_compression.listening.store import RatingStore, StoredRating


class RatingsDataset(AbstractDataset[None, pd.DataFrame]):
    """All last ratings in a file of ratings, one score a row with the columns of MUSHRA's table.

    Without the file nobody has listened yet: the table is empty. It cannot be saved, as ratings
    come from listeners alone. A file in an object store is read through a copy.
    """

    def __init__(
        self,
        filepath: str,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """
        Args:
            filepath: Path or fsspec URL of the SQLite file.
            credentials: Arguments of the filesystem from `credentials.yml`.
            fs_args: Other arguments of the filesystem.
            metadata: Kept for plugins such as Kedro-Viz.
        """
        self._fs, _, self._filepath = open_filesystem(filepath, credentials, fs_args)
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """The table.

        Raises:
            RatingStoreError: The file is none of ratings.
        """
        if not self._exists():
            return no_ratings()
        with on_this_machine(self._fs, self._filepath) as file:
            store = RatingStore.open(file)
            rows = [row for stored in store.latest() for row in _rows(stored, store)]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def save(self, data: None) -> None:
        """Refuse.

        Raises:
            DatasetError: Always.
        """
        raise DatasetError("Ratings come from listeners alone: no pipeline may write them.")

    def _exists(self) -> bool:
        return bool(self._fs.exists(self._filepath))

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath}


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
