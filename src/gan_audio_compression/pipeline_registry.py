"""The pipelines that `kedro run` knows by name."""

from kedro.framework.project import find_pipelines
from kedro.pipeline import Pipeline

# They take long, so they are run by their names alone.
_BY_NAME_ALONE = {"ablations", "search_study"}


def register_pipelines() -> dict[str, Pipeline]:
    """Every folder of `pipelines` by its name, and as the default all but what takes long."""
    pipelines: dict[str, Pipeline] = find_pipelines(raise_errors=True)
    usual = [pipeline for name, pipeline in pipelines.items() if name not in _BY_NAME_ALONE]
    pipelines["__default__"] = sum(usual, start=Pipeline([]))
    return pipelines
