"""Runs below the MLflow run that is open: one for each variant of a study, to be compared."""

import re
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Self

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

if TYPE_CHECKING:
    import pandas as pd

# What the name of a metric may not have.
_NOT_OF_A_NAME = re.compile(r"[^\w./ :-]+")


class NestedRun:
    """A run by its name below the one that is open; it is made where there is none.

    Nodes that know of one variant write to the same run, whether they run in one process or in
    tasks of a scheduler that share the run above.

    Args:
        run_id: of the nested run.
    """

    def __init__(self, run_id: str) -> None:
        self._client = MlflowClient()
        self._run_id = run_id

    @classmethod
    def of(cls, name: str) -> Self | None:
        """Return the run, or None where no run is open."""
        if (parent := mlflow.active_run()) is None:
            return None
        client, tag = MlflowClient(), MLFLOW_PARENT_RUN_ID
        experiment = parent.info.experiment_id
        below = client.search_runs([experiment], f"tags.`{tag}` = '{parent.info.run_id}'")
        for run in below:
            if run.info.run_name == name:
                return cls(run.info.run_id)
        made = client.create_run(experiment, tags={tag: parent.info.run_id}, run_name=name)
        return cls(made.info.run_id)

    def log_params(self, params: Mapping[str, str]) -> None:
        """Log what the variant is."""
        params_of_run = [Param(name, text) for name, text in params.items()]
        self._client.log_batch(self._run_id, params=params_of_run)
        self._client.set_terminated(self._run_id)

    def log_metrics(self, metrics: Mapping[str, float], step: int = 0) -> None:
        """Log figures at a step; those that are no numbers are left out."""
        now = int(1000 * time.time())
        self._client.log_batch(
            self._run_id,
            [
                Metric(_NOT_OF_A_NAME.sub("_", name), value, now, step)
                for name, value in metrics.items()
                if value == value
            ],
        )
        self._client.set_terminated(self._run_id)


def log_variants(table: "pd.DataFrame", name: Sequence[str], by: str) -> None:
    """Log a table of a study below the run that is open, a nested run for each variant.

    Args:
        table: a row for each variant and value of `by`.
        name: columns that make a variant's name, and are its parameters.
        by: column of what each variant was tried with; it is put before the names of the metrics.
    """
    numbers = table.select_dtypes("number").columns.difference([*name, by])
    for values, rows in table.groupby([*name], sort=False):
        if (run := NestedRun.of(" ".join(map(str, values)))) is None:
            return
        run.log_params(dict(zip(name, map(str, values), strict=True)))
        for row in rows.to_dict("records"):
            run.log_metrics({f"{row[by]}.{column}": float(row[column]) for column in numbers})
