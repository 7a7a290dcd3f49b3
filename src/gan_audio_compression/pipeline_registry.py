"""The pipelines that `kedro run` knows by name."""

from importlib import import_module
from pkgutil import iter_modules

from kedro.pipeline import Pipeline

from gan_audio_compression import pipelines
from gan_audio_compression.pipelines.evaluation import pipeline as evaluation

# Two take long; a listening test must not change while it is being taken.
_BY_NAME_ALONE = {"ablations", "listening_test", "search_study"}


def register_pipelines() -> dict[str, Pipeline]:
    """Every folder of `pipelines` by its name, the part that ratings change, and the default.

    Kedro's own `find_pipelines` knows folders alone: it refuses a run of `listening_results`.
    """
    found: dict[str, Pipeline] = {
        module.name: import_module(f"{pipelines.__name__}.{module.name}").create_pipeline()
        for module in iter_modules(pipelines.__path__)
        if module.ispkg
    }
    usual = [pipeline for name, pipeline in found.items() if name not in _BY_NAME_ALONE]
    listening_results = found["evaluation"].only_nodes_with_tags(evaluation.LISTENING_RESULTS)
    return found | {
        "listening_results": listening_results,
        "__default__": sum(usual, start=Pipeline([])),
    }
