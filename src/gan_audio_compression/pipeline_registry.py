"""The pipelines that `kedro run` knows by name."""

from kedro.framework.project import find_pipelines
from kedro.pipeline import Pipeline

# Three take long; a listening test must not change while it is being taken.
_BY_NAME_ALONE = {"ablations", "listening_test", "receivers", "search_study"}


def register_pipelines() -> dict[str, Pipeline]:
    """Every folder of `pipelines` by its name, and as the default all but some."""
    pipelines: dict[str, Pipeline] = find_pipelines(raise_errors=True)
    usual = [pipeline for name, pipeline in pipelines.items() if name not in _BY_NAME_ALONE]
    pipelines["__default__"] = sum(usual, start=Pipeline([]))
    return pipelines
