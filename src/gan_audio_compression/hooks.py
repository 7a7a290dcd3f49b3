"""What every run leaves in MLflow beside what kedro-mlflow logs, and how a run ends on an error.

kedro-mlflow opens and closes the run; its hooks are called before those of the project, except
where the project's ask to be first or wrap them.
"""

import json
import os
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from omegaconf import OmegaConf
from rich import get_console

from gan_audio_compression.closing_screen import closing_screen
from gan_audio_compression.compute.parameters import ComputeParameters
from gan_audio_compression.compute.storage import storage_error
from gan_audio_compression.datasets.files import file_on_this_machine
from gan_audio_compression.datasets.partitions import is_partitioned
from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.provenance import corpus_digest, source_tags

if TYPE_CHECKING:
    import pandas as pd

Catalog = CatalogProtocol[Any, Any]

_COMPUTE, _CODECS = "params:compute", "params:tracking.codecs"

# MLflow's own limits, in characters.
_PARAMETER_LENGTH = 6000
_TAG_LENGTH = 8000
_DATASET_DIGEST_LENGTH = 36


class UnknownEnvironmentError(GanAudioCompressionError):
    """The configuration has no environment of that name."""


class ProjectHooks:
    """Places the MLflow store, records where a run comes from, and words errors for the user."""

    @hook_impl(tryfirst=True)
    def after_context_created(self, context: KedroContext) -> None:
        """Tell `mlflow.yml` where its store is before kedro-mlflow reads the file.

        Raises:
            UnknownEnvironmentError: the environment has no folder.
        """
        _require_environment(context)
        root = context.project_path
        resolvers = {
            "mlflow_tracking_uri": lambda: _tracking_uri(root),
            "mlflow_artifact_location": lambda: _artifact_location(root),
        }
        for name, resolver in resolvers.items():
            # Replaced and not kept: a process may hold sessions of several projects.
            OmegaConf.register_new_resolver(name, resolver, replace=True)

    @hook_impl
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: Catalog
    ) -> None:
        """Log the state of the source and every parameter that the pipeline reads."""
        import mlflow

        self._catalog = catalog
        if mlflow.active_run() is None:
            return
        mlflow.set_tags(source_tags(Path(run_params["project_path"])))
        leaves = flatten(_parameters_of(pipeline, catalog))
        mlflow.log_params({name: text[:_PARAMETER_LENGTH] for name, text in leaves.items()})

    @hook_impl(tryfirst=True)
    def before_node_run(
        self, node: Node, catalog: Catalog, inputs: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Tell a loop where its outputs lie, so that its workers save them.

        All parameters are kept from kedro-mlflow, which would log each model as one long string.
        Kedro gives the hooks a copy of the inputs, so the node misses nothing.
        """
        compute = inputs.get(_COMPUTE)
        for name in [name for name in inputs if _is_parameter(name)]:
            del inputs[name]
        if not isinstance(compute, ComputeParameters):
            return None
        outputs = [catalog[name] for name in node.outputs]
        saves = [output.save for output in outputs if is_partitioned(output)]
        return {_COMPUTE: compute.saved_by_workers(saves)}

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Log what the catalog marks: an artifact, from whatever store, and a study's variants."""
        import mlflow

        dataset = self._catalog[dataset_name]
        about = getattr(dataset, "metadata", None) or {}
        if mlflow.active_run() is None:
            return
        if about.get("mlflow") == "artifact":
            with file_on_this_machine(dataset) as path:
                mlflow.log_artifact(path.as_posix())
        if "variants" in about:
            from gan_audio_compression.tracking.nested_run import log_variants

            log_variants(data, **about["variants"])

    @hook_impl(tryfirst=True)
    def after_pipeline_run(self, pipeline: Pipeline, catalog: Catalog) -> None:
        """Log which corpus and which models the run used or made, while it is still open."""
        import mlflow

        if mlflow.active_run() is None:
            return
        if (manifest := _load_used("utterance_manifest", pipeline, catalog)) is not None:
            _log_corpus(manifest)
        models = _models_used(pipeline, catalog)
        mlflow.set_tags({f"{name}.digest": str(model.digest) for name, model in models.items()})
        _log_codecs(models, catalog)

    @hook_impl(specname="after_pipeline_run", trylast=True)
    def show_results(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: Catalog
    ) -> None:
        """Show what came out, where the run made the table, and where the rest lies."""
        if "codec_comparison" not in pipeline.all_outputs():
            return
        parameters, bench = (catalog.load(f"params:{name}") for name in ("evaluation", "bench"))
        labels = bench.labels()
        shown = [labels[key] for key in parameters.closing if key in labels]
        places = _places(catalog, Path(run_params["project_path"]))
        get_console().print(closing_screen(catalog.load("codec_comparison"), shown, places))

    @hook_impl(wrapper=True)
    def on_pipeline_error(self, error: Exception) -> Generator[None, None, None]:
        """Log why the run failed; at the command line, end an expected error with its sentence.

        Raises:
            click.ClickException: In place of the traceback of a `GanAudioCompressionError`, or of
                storage that takes no more.
        """
        import mlflow

        expected = find_expected_error(error) or storage_error(error)
        if mlflow.active_run() is not None:
            mlflow.set_tag("error", str(expected or error)[:_TAG_LENGTH])
        yield
        if expected is not None and click.get_current_context(silent=True) is not None:
            raise click.ClickException(str(expected))


def find_expected_error(error: BaseException | None) -> GanAudioCompressionError | None:
    """The first error in a chain of causes that the project raised on purpose."""
    while error is not None and not isinstance(error, GanAudioCompressionError):
        error = error.__cause__ or error.__context__
    return error


def flatten(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Leaves of nested mappings and Pydantic models, by dotted names such as `training.gan.epochs`.

    Text stays as it is, everything else is written as JSON; a list is a leaf.
    """
    leaves: dict[str, str] = {}
    for name, value in parameters.items():
        plain = _plain(value)
        if isinstance(plain, Mapping) and plain:
            leaves |= flatten({f"{name}.{key}": item for key, item in plain.items()})
        else:
            leaves[name] = plain if isinstance(plain, str) else json.dumps(plain, default=_plain)
    return leaves


def _require_environment(context: KedroContext) -> None:
    # Kedro would run with the base alone, and kedro-mlflow fail on what it then makes up.
    source = Path(context.config_loader.conf_source)
    if context.env is None or not source.is_dir() or (source / context.env).is_dir():
        return
    known = sorted(folder.name for folder in source.iterdir() if folder.is_dir())
    raise UnknownEnvironmentError(
        f"there is no environment {context.env!r} in {source}; give one of {', '.join(known)}."
    )


def _places(catalog: Catalog, root: Path) -> dict[str, str]:
    """Return where a run has left what its user looks for."""
    described = {name: catalog[name]._describe() for name in ("bench_report", "coded_files")}
    report, files = described["bench_report"]["filepath"], described["coded_files"]["path"]
    return {
        "Report": str(report),
        "Files of each codec": str(files),
        "This run in MLflow": f"mlflow ui --backend-store-uri {_tracking_uri(root)}",
    }


def _tracking_uri(root: Path) -> str:
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{root.as_posix()}/mlflow.db"


def _artifact_location(root: Path) -> str | None:
    # A server that the user names decides on its own where artifacts go.
    return None if os.environ.get("MLFLOW_TRACKING_URI") else f"{root.as_posix()}/mlartifacts"


def _is_parameter(name: str) -> bool:
    return name == "parameters" or name.startswith("params:")


def _parameters_of(pipeline: Pipeline, catalog: Catalog) -> dict[str, Any]:
    names = sorted(name for name in pipeline.inputs() if _is_parameter(name) and name in catalog)
    values: dict[str, Any] = {n.removeprefix("params:"): catalog.load(n) for n in names}
    whole: dict[str, Any] = values.pop("parameters", {})
    return whole | values


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def _load_used(name: str, pipeline: Pipeline, catalog: Catalog) -> Any:
    """A dataset that the pipeline reads or writes, or None where there is none."""
    if name in pipeline.datasets() and name in catalog and catalog.exists(name):
        return catalog.load(name)
    return None


def _models_used(pipeline: Pipeline, catalog: Catalog) -> dict[str, Any]:
    """The models that the pipeline reads or writes, by the names of their datasets."""
    names = sorted(name for name in pipeline.datasets() if name.endswith("_model"))
    found = {name: _load_used(name, pipeline, catalog) for name in names}
    return {name: model for name, model in found.items() if model is not None}


def _log_codecs(models: Mapping[str, Any], catalog: Catalog) -> None:
    """Log those of some models that configuration names as MLflow models."""
    from gan_audio_compression.tracking.log_codec import log_codec

    codecs = catalog.load(_CODECS) if _CODECS in catalog else {}
    for name, registered in codecs.items():
        if name in models:
            log_codec(name, models[name], registered)


def _log_corpus(manifest: "pd.DataFrame") -> None:
    import mlflow
    from mlflow.data.pandas_dataset import from_pandas

    digest = corpus_digest(manifest)
    dataset = from_pandas(
        manifest[["id", "sha256"]],
        name="utterance_manifest",
        digest=digest[:_DATASET_DIGEST_LENGTH],
    )
    mlflow.log_input(dataset, context="corpus")
    mlflow.set_tag("corpus_digest", digest)
