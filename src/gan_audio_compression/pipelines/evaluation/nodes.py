"""Nodes of evaluation."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NoReturn

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gan_audio_compression.compute.work import item_key
from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.evaluation.comparison import codec_comparison, comparison_markdown
from gan_audio_compression.evaluation.figures import mel_spectrogram_figure, spectrogram_pair_figure
from gan_audio_compression.evaluation.metrics import METRICS, score_utterance
from gan_audio_compression.pipelines.evaluation.parameters import EvaluationParameters
from gan_audio_compression.pipelines.loops import (
    ComputeParameters,
    Partitions,
    Records,
    UtteranceJob,
    UtteranceResult,
    held_out,
    rows_of,
    usable,
    utterance_loop,
)
from gan_audio_compression.signal.level import gain_to_speech_level
from gan_audio_compression.signal.spec import HOP, SAMPLE_RATE
from gan_audio_compression.signal.synthesis import SYNTHESIS

SYSTEM_NAMES = {
    "original": "Original",
    "no_codec": "Log mel and Griffin-Lim, no codec",
    "encoder_only": "Encoder only",
    "unified_gan": "Unified GAN",
    "bpgan": "BPGAN",
}
"""What the tables call the systems; those of the paper by the paper's names."""

_PCM_BITS = 16

Pair = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Reference and decoded speech, [n] each."""


class NotDecodedError(GanAudioCompressionError):
    """An utterance has no decoded speech to score."""


def score_system(
    speech: Partitions,
    reconstructed_speech: Partitions,
    search_log: pd.DataFrame,
    reconstruction_log: pd.DataFrame,
    manifest: pd.DataFrame,
    compute: ComputeParameters,
    scores_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Score what one system decoded against the original at its own level.

    Only what was decoded from the very file whose rate is counted is scored.
    """
    levels = dict(zip(manifest["id"], manifest["level_code"], strict=True))
    decoded = {str(row.id): row for row in rows_of(usable(reconstruction_log))}
    jobs = []
    for row in rows_of(search_log):
        id, made = str(row.id), decoded.get(str(row.id))
        if not pd.isna(row.error):
            load: Callable[[], Pair] = partial(_not_decoded, id, str(row.error))
        elif made is None or made.file_sha256 != row.file_sha256:
            load = partial(_not_decoded, id, "its file has not been decoded")
        else:
            load = partial(_load_pair, speech, reconstructed_speech, id, levels[id])
        bits = getattr(row, "file_bits", None)
        about = {"split": row.split, "bits": bits, "seconds": row.speech_seconds}
        key = item_key("scores", str(row.key), "" if made is None else str(made.key))
        jobs.append(UtteranceJob(id, key, load, about))
    yield from utterance_loop(
        compute, score_pair, jobs, None, scores_so_far, "scores", outputs=0, total=len(jobs)
    )


def score_original(
    speech: Partitions,
    manifest: pd.DataFrame,
    compute: ComputeParameters,
    scores_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Score the original against itself: the ceiling of every measure."""
    yield from _score_without_codec(score_same, speech, manifest, compute, scores_so_far)


def score_synthesis(
    speech: Partitions,
    manifest: pd.DataFrame,
    compute: ComputeParameters,
    scores_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Score the way to the log mel and back, with no codec between: the codec's ceiling."""
    yield from _score_without_codec(score_resynthesis, speech, manifest, compute, scores_so_far)


def score_pair(_: None, pair: Pair) -> UtteranceResult:
    """Score decoded speech against its reference."""
    return UtteranceResult((), score_utterance(*pair))


def score_same(_: None, speech: NDArray[np.float32]) -> UtteranceResult:
    """Score speech against itself."""
    return score_pair(None, (speech, speech))


def score_resynthesis(_: None, speech: NDArray[np.float32]) -> UtteranceResult:
    """Score what analysis and synthesis make of speech against it."""
    import torch

    from gan_audio_compression.signal.analysis import log_mel_spectrogram
    from gan_audio_compression.signal.synthesis import waveform_from_log_mel

    log_mel = log_mel_spectrogram(torch.from_numpy(speech))
    return score_pair(None, (speech, waveform_from_log_mel(log_mel, len(speech)).numpy()))


def join_scores(manifest: pd.DataFrame, **scores: pd.DataFrame) -> pd.DataFrame:
    """Return all systems' scores in one table, with speaker, sex and dialect region.

    A failed utterance has its error as the `reason` that its measures are missing.
    """
    named = [scores[key].assign(system=name) for key, name in SYSTEM_NAMES.items()]
    table = pd.concat(named, ignore_index=True)
    table = table.reindex(columns=[*dict.fromkeys([*table.columns, *METRICS, "reason"])])
    table["reason"] = table["reason"].where(table["error"].isna(), table["error"])
    table["file_bit_rate"] = table["bits"].astype(float) / table["seconds"]
    speakers = manifest[["id", "speaker", "sex", "dialect_region"]]
    return table.drop(columns=["key", "error", "compute_seconds"]).merge(speakers, on="id")


def compare_codecs(
    scores: pd.DataFrame, parameters: EvaluationParameters
) -> tuple[pd.DataFrame, pd.DataFrame, str, dict[str, dict[str, float]]]:
    """Return table 3 on the test split, the same on validation, the report and MLflow metrics."""
    tables = {
        split: codec_comparison(scores[scores["split"] == split], seed=parameters.seed)
        for split in ("test", "validation")
    }
    report = "\n".join(
        f"## {s.capitalize()}\n\n{comparison_markdown(t)}" for s, t in tables.items()
    )
    means = {
        f"{split}.{_key(row.system)}.{column.removesuffix('_mean')}": getattr(row, column)
        for split, table in tables.items()
        for row in rows_of(table)
        for column in ["file_kbit_s", *(f"{metric}_mean" for metric in METRICS)]
    }
    metrics = {name: {"value": v, "step": 0} for name, v in means.items() if not np.isnan(v)}
    return tables["test"], tables["validation"], f"# Codec comparison\n\n{report}", metrics


def plot_original_mel(log_mel: Partitions, search_log: pd.DataFrame) -> Figure:
    """Plot the log mel of the utterance that figure 7 shows decoded (the paper's figure 6)."""
    id = example_utterance(search_log)
    return mel_spectrogram_figure(
        log_mel[id](), title=f"Mel spectrogram of {id} (figure 6)", hop_seconds=HOP / SAMPLE_RATE
    )


def plot_generated_mel(reconstructed_mel: Partitions, search_log: pd.DataFrame) -> Figure:
    """Plot the log mel that the generator made of that utterance (the paper's figure 7)."""
    id = example_utterance(search_log)
    return mel_spectrogram_figure(
        reconstructed_mel[id](),
        title=f"Generated mel spectrogram of {id} (figure 7)",
        hop_seconds=HOP / SAMPLE_RATE,
    )


def plot_spectrogram_pair(
    speech: Partitions,
    reconstructed_speech: Partitions,
    search_log: pd.DataFrame,
    manifest: pd.DataFrame,
) -> Figure:
    """Plot original and decoded speech of that utterance (the paper's figure 8)."""
    id = example_utterance(search_log)
    level = manifest.set_index("id").loc[id, "level_code"]
    original, decoded = _load_pair(speech, reconstructed_speech, id, level)
    return spectrogram_pair_figure(
        original,
        decoded,
        sample_rate=SAMPLE_RATE,
        title=f"Original and synthesised spectrogram of {id} (figure 8)",
    )


def example_utterance(search_log: pd.DataFrame) -> str:
    """Return the id of the first utterance of the test split that was coded.

    Raises:
        NotDecodedError: there is none.
    """
    rows = usable(search_log)
    coded = rows.loc[rows["split"] == "test", "id"]
    if coded.empty:
        raise NotDecodedError("No utterance of the test split was coded; see the search log.")
    return str(coded.min())


def _score_without_codec(
    function: Callable[[None, NDArray[np.float32]], UtteranceResult],
    speech: Partitions,
    manifest: pd.DataFrame,
    compute: ComputeParameters,
    scores_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    bits = _PCM_BITS * SAMPLE_RATE if function is score_same else float("nan")
    jobs = [
        UtteranceJob(
            str(row.id),
            item_key(function.__name__, SYNTHESIS, str(row.key)),
            speech[str(row.id)],
            {"split": row.split, "bits": bits * row.seconds, "seconds": row.seconds},
        )
        for row in rows_of(held_out(manifest))
    ]
    yield from utterance_loop(
        compute, function, jobs, None, scores_so_far, "scores", outputs=0, total=len(jobs)
    )


def _load_pair(speech: Partitions, decoded: Partitions, id: str, level_code: Any) -> Pair:
    """Load an utterance's original, at the level it had, and what the receiver made of it."""
    gain = np.float32(gain_to_speech_level(int(level_code)))
    return speech[id]() / gain, decoded[id]()


def _not_decoded(id: str, reason: str) -> NoReturn:
    raise NotDecodedError(f"{id} cannot be scored because {reason}; see the search log.")


def _key(system: str) -> str:
    return {name: key for key, name in SYSTEM_NAMES.items()}[system]
