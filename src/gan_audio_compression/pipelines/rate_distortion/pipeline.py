"""The pipeline of the sweeps: variants of the paper's codec, coded with each search."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.rate_distortion import figures, nodes
from gan_audio_compression.pipelines.systems import PAPER_SYSTEMS

LATENT_VARIANTS = ("latents_128", "latents_256", "latents_512", "latents_1024")
"""Namespaces of the codecs that differ in the number of latents of a segment."""


def create_pipeline() -> Pipeline:
    """Return the pipeline: variants, their files' rates and scores, and the searches' traces."""
    train = Pipeline(
        [
            Node(
                nodes.train_variant,
                inputs=[
                    "log_mel",
                    "utterance_manifest",
                    "params:variant_training",
                    "params:latent_channels",
                    "checkpoints",
                ],
                outputs="codec_model",
                name="train_variant",
            )
        ]
    )
    variants = [
        Pipeline(
            train,
            namespace=variant,
            inputs={"log_mel", "utterance_manifest"},
            parameters={"params:variant_training"},
        )
        for variant in LATENT_VARIANTS
    ]
    return sum(variants, start=_variants() + _code() + _traces())


def _variants() -> Pipeline:
    return Pipeline(
        [
            Node(
                nodes.fit_level_variants,
                inputs=["codec_model", "log_mel", "utterance_manifest", "params:sweep"],
                outputs="level_variants",
                name="fit_level_variants",
            ),
            Node(
                nodes.gather_variants,
                inputs={"level_variants": "level_variants"}
                | {variant: f"{variant}.codec_model" for variant in LATENT_VARIANTS},
                outputs="variants",
                name="gather_variants",
            ),
            Node(
                nodes.gather_codings,
                inputs=[f"params:{system}.coding" for system in PAPER_SYSTEMS],
                outputs="codings",
                name="gather_codings",
            ),
        ]
    )


def _code() -> Pipeline:
    return Pipeline(
        [
            Node(
                nodes.code_variants,
                inputs=[
                    "speech",
                    "utterance_manifest",
                    "variants",
                    "codings",
                    "params:sweep",
                    "params:compute",
                    "sweep_log_so_far",
                ],
                outputs=["sweep_log"],
                name="code_variants",
            ),
            Node(
                figures.tabulate_sweep,
                inputs="sweep_log",
                outputs="sweep_points",
                name="tabulate_sweep",
            ),
            Node(
                figures.plot_sweep,
                inputs="sweep_points",
                outputs={
                    f"{sweep}_{measure}": f"figure_sweep_{sweep}_{measure}"
                    for sweep in figures.SWEEPS
                    for measure in figures.SWEEP_MEASURES
                },
                name="plot_sweep",
            ),
        ]
    )


def _traces() -> Pipeline:
    return Pipeline(
        [
            Node(
                nodes.trace_searches,
                inputs=[
                    "log_mel",
                    "utterance_manifest",
                    "codec_model",
                    "codings",
                    "params:sweep",
                    "params:compute",
                    "search_traces_so_far",
                ],
                outputs=["search_traces"],
                name="trace_searches",
            ),
            Node(
                nodes.average_traces,
                inputs="search_traces",
                outputs="search_objective",
                name="average_traces",
            ),
            Node(
                figures.plot_objective,
                inputs="search_objective",
                outputs="figure_search_objective",
                name="plot_objective",
            ),
        ]
    )
