"""The pipelines that `kedro run` knows by name."""

from importlib import import_module
from pkgutil import iter_modules
from typing import NoReturn

from kedro.pipeline import Pipeline

from gan_audio_compression import pipelines
from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.pipelines.evaluation import pipeline as evaluation

# Some take long; a listening test must not change while it is being taken.
_BY_NAME_ALONE = {"ablations", "listening_test", "live_training", "search_study"}


class UnknownPipelineError(GanAudioCompressionError):
    """No pipeline has that name."""


class Pipelines(dict[str, Pipeline]):
    """Pipelines by name; one that is not there is told in place of Kedro, which names no others."""

    def __missing__(self, name: str) -> NoReturn:
        known = ", ".join(sorted(self.keys() - {"__default__"}))
        raise UnknownPipelineError(f"there is no pipeline {name!r}; give one of {known}.")


def register_pipelines() -> dict[str, Pipeline]:
    """Every folder of `pipelines` by its name, the part that ratings change, and the default.

    The nodes of a folder are a namespace, which a scheduler may run as one task: what goes from one
    to another is in the catalog. Kedro's own `find_pipelines` knows folders alone: it refuses a run
    of `listening_results`.
    """
    found = {
        module.name: _in_namespace(module.name)
        for module in iter_modules(pipelines.__path__)
        if module.ispkg
    }
    usual = [pipeline for name, pipeline in found.items() if name not in _BY_NAME_ALONE]
    listening_results = found["evaluation"].only_nodes_with_tags(evaluation.LISTENING_RESULTS)
    default = sum(usual, start=Pipeline([]))
    return Pipelines(found | {"listening_results": listening_results, "__default__": default})


def _in_namespace(name: str) -> Pipeline:
    pipeline = import_module(f"{pipelines.__name__}.{name}").create_pipeline()
    return Pipeline(pipeline, namespace=name, prefix_datasets_with_namespace=False)
