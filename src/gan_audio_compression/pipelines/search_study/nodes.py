"""Nodes of the study of searches."""

import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gan_audio_compression.codec.coding import Coding, Model
from gan_audio_compression.codec.models import open_model
from gan_audio_compression.codec.receiver import decode_file
from gan_audio_compression.codec.search.annealing import ANNEALING
from gan_audio_compression.codec.search.presets import search_config
from gan_audio_compression.codec.search.run import SEARCH
from gan_audio_compression.codec.sender import encode_speech
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.evaluation.metrics import METRICS, score_utterance
from gan_audio_compression.evaluation.phones.error_rate import phone_errors
from gan_audio_compression.evaluation.phones.recogniser import PhoneRecogniser
from gan_audio_compression.evaluation.search_curves import search_figure
from gan_audio_compression.pipelines.evaluation.nodes.phones import (
    Labels,
    scored_phones,
    the_recogniser,
)
from gan_audio_compression.pipelines.loops import (
    ComputeParameters,
    Partitions,
    Records,
    UtteranceJob,
    UtteranceResult,
    rows_of,
    spread,
    usable,
    utterance_loop,
)
from gan_audio_compression.pipelines.search_study.parameters import SearchStudyParameters
from gan_audio_compression.signal.level import gain_to_speech_level
from gan_audio_compression.signal.loudness_match import MATCHING
from gan_audio_compression.signal.spec import SAMPLE_RATE
from gan_audio_compression.signal.synthesis import SYNTHESIS

Item = tuple[str, Coding, NDArray[np.float32], int, tuple[str, ...] | None]
"""Model, way to code, speech [n] at the project's level, its level's code, and what is said."""

_METHODS = f"{SEARCH}; {ANNEALING}; {SYNTHESIS}; {MATCHING}"
_TRIAL = ["codec", "search", "effort"]


def try_searches(
    speech: Partitions,
    manifest: pd.DataFrame,
    labels: Labels,
    recognisers: Partitions,
    study: SearchStudyParameters,
    compute: ComputeParameters,
    search_trials_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Code, decode and score some utterances with each search, and take its time.

    Phones are only told where an utterance is tried as a whole.
    """
    rows = usable(manifest)
    chosen = spread(rows[rows["split"] == study.split], study.utterances)
    recogniser = the_recogniser(recognisers)
    jobs = [
        UtteranceJob(
            "|".join([*map(str, about.values()), str(row.id)]),
            item_key(
                SEARCH,
                ANNEALING,
                SYNTHESIS,
                MATCHING,
                str(row.key),
                digest,
                f"{asdict(coding)} {study.seconds}",
            ),
            partial(_load, model, coding, study.seconds, speech, labels, row),
            about | {"utterance": row.id},
        )
        for about, model, digest, coding in _trials(study)
        for row in rows_of(chosen)
    ]
    so_far = search_trials_so_far
    yield from utterance_loop(
        compute, try_search, jobs, recogniser, so_far, "searches", outputs=0, total=len(jobs)
    )


def try_search(recogniser: PhoneRecogniser | None, item: Item) -> UtteranceResult:
    """Code, decode and score one utterance with one search; its time is that of processors."""
    name, coding, speech, level_code, phones = item
    model = _opened(name)
    start = time.process_time()
    coded = encode_speech(model, speech, level_code, coding)
    seconds = time.process_time() - start
    decoded = decode_file(model, coded.data).speech
    original = speech / np.float32(gain_to_speech_level(level_code))
    figures: dict[str, Any] = {
        "seconds": len(speech) / SAMPLE_RATE,
        "search_seconds": seconds,
        "bits": 8 * len(coded.data),
        "objective": coded.objective,
        "start_objective": coded.start_objective,
    }
    if recogniser is not None and phones is not None:
        errors = phone_errors(phones, recogniser.recognise(decoded))
        figures |= {"phones": len(phones), "phone_errors": errors}
    return UtteranceResult((), figures | score_utterance(original, decoded))


def tabulate_searches(trials: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each codec, search and effort: sums for rates and times, else means."""
    rows = []
    for keys, of in usable(trials).groupby(_TRIAL, sort=False):
        seconds = of["seconds"].sum()
        row = dict(zip(_TRIAL, keys, strict=True)) | {
            "utterances": len(of),
            "seconds_per_second": of["search_seconds"].sum() / seconds,
            "kbit_s": of["bits"].sum() / seconds / 1000,
            "objective": np.average(of["objective"], weights=of["seconds"]),
        }
        row |= of[[*METRICS]].mean().to_dict()
        if "phones" in of and of["phones"].notna().any():
            row["phone_error_rate"] = 100 * of["phone_errors"].sum() / of["phones"].sum()
        rows.append(row)
    return pd.DataFrame(rows)


def plot_searches(table: pd.DataFrame) -> dict[str, Figure]:
    """Plot what each search gains over its time, a figure for each codec."""
    return {
        str(codec): search_figure(of, title=f"Search, {codec}")
        for codec, of in table.groupby("codec", sort=False)
    }


def _trials(study: SearchStudyParameters) -> Iterator[tuple[dict[str, Any], str, str, Coding]]:
    """Yield what a trial is called, its model with the digest, and how it codes."""
    for name, codec in study.codecs.items():
        model = _opened(codec.model)
        for search in study.searches:
            if search.codecs is not None and name not in search.codecs:
                continue
            objective = search.objective or model.objective
            label = search.strategy.replace("_", " ")
            if search.objective is not None:
                label += f", {search.objective}"
            for effort in search.efforts:
                config = search_config(search.strategy, effort, objective)
                about = {"codec": name, "search": label, "effort": effort}
                yield about, codec.model, model.digest, Coding(config, bitrate=codec.bitrate)


def _load(
    model: str, coding: Coding, seconds: int | None, speech: Partitions, labels: Labels, row: Any
) -> Item:
    whole = speech[str(row.id)]()
    if seconds is None:
        return model, coding, whole, int(row.level_code), scored_phones(labels, str(row.id))
    return model, coding, whole[: seconds * SAMPLE_RATE], int(row.level_code), None


@lru_cache(maxsize=2)
def _opened(name: str) -> Model:
    return open_model(name)
