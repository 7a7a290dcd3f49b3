"""The pipelines that `kedro run` knows by name."""

from kedro.framework.project import find_pipelines
from kedro.pipeline import Pipeline


def register_pipelines() -> dict[str, Pipeline]:
    """Every folder of `pipelines` by its name, and all of them as the default."""
    pipelines: dict[str, Pipeline] = find_pipelines(raise_errors=True)
    pipelines["__default__"] = sum(pipelines.values(), start=Pipeline([]))
    return pipelines
