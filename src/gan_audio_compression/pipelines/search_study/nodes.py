"""Nodes of the study of searches."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from gan_audio_compression.bench.codec import Wave
from gan_audio_compression.bench.gac import GacCodec
from gan_audio_compression.codec.models import open_model
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.presets import search_config
from gan_audio_compression.codec.trained_codec import TrainedCodec
from gan_audio_compression.compute.parameters import ComputeParameters
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.evaluation.phones.scoring import (
    Labels,
    scored_phones,
    the_recogniser,
)
from gan_audio_compression.evaluation.scoring import Scorer
from gan_audio_compression.evaluation.search_curves import search_figure
from gan_audio_compression.pipelines.loops import (
    Partitions,
    Records,
    UtteranceJob,
    UtteranceResult,
    at_own_level,
    loader,
    rows_of,
    spread,
    usable,
    utterance_loop,
)
from gan_audio_compression.pipelines.measures import MeasureParameters
from gan_audio_compression.pipelines.search_study.parameters import SearchStudyParameters
from gan_audio_compression.signal.spec import SAMPLE_RATE

_TRIAL = ["codec", "search", "effort"]


@dataclass(frozen=True)
class GacSettings:
    """How a model codes: what `GacCodec` takes beside it."""

    bitrate: float | None
    search: SearchConfig

    def of(self, model: TrainedCodec) -> GacCodec:
        """Return the codec."""
        return GacCodec(model, self.bitrate, search=self.search)


Item = tuple[str, GacSettings, Wave, tuple[str, ...] | None]
"""TrainedCodec, how it codes, speech [n] at the speaker's level, and what is said."""


def try_searches(
    speech: Partitions,
    manifest: pd.DataFrame,
    labels: Labels,
    recognisers: Partitions,
    study: SearchStudyParameters,
    measures: MeasureParameters,
    compute: ComputeParameters,
    search_trials_log_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Code, decode and score some utterances with each search, and take its time.

    Phones are only told where an utterance is tried as a whole.
    """
    rows = usable(manifest)
    chosen = spread(rows[rows["split"] == study.split], study.utterances)
    scorer = measures.scorer(the_recogniser(recognisers))
    jobs = [
        UtteranceJob(
            "|".join([*map(str, about.values()), str(row.id)]),
            item_key(
                str(row.key), how.of(_opened(model)).recipe, scorer.recipe, f"{study.seconds}"
            ),
            partial(
                _load,
                model,
                how,
                partial(
                    at_own_level, loader(speech, str(row.id)), int(row.level_code), study.seconds
                ),
                scored_phones(labels, str(row.id)) if study.seconds is None else None,
            ),
            about | {"utterance": row.id},
        )
        for about, model, how in _trials(study)
        for row in rows_of(chosen)
    ]
    so_far = search_trials_log_so_far
    yield from utterance_loop(
        compute, try_search, jobs, scorer, so_far, "searches", outputs=0, total=len(jobs)
    )


def try_search(scorer: Scorer, item: Item) -> UtteranceResult:
    """Code, decode and score one utterance with one search; its time is that of processors."""
    name, how, speech, phones = item
    codec = how.of(_opened(name))
    start = time.process_time()
    coded = codec.encode(speech)
    seconds = time.process_time() - start
    figures: dict[str, Any] = {
        "seconds": len(speech) / SAMPLE_RATE,
        "search_seconds": seconds,
        "bits": 8 * len(coded.data),
    }
    figures |= {name: coded.figures.get(name) for name in ("objective", "start_objective")}
    decoded = codec.decode(coded.data).speech
    return UtteranceResult((), figures | scorer.scores(speech, decoded, phones))


def tabulate_searches(trials: pd.DataFrame, measures: MeasureParameters) -> pd.DataFrame:
    """Return a row for each codec, search and effort: sums for rates and times, else means."""
    rows = []
    for keys, of in _with_starts(usable(trials)).groupby(_TRIAL, sort=False):
        seconds = of["seconds"].sum()
        row = dict(zip(_TRIAL, keys, strict=True)) | {
            "utterances": len(of),
            "seconds_per_second": of["search_seconds"].sum() / seconds,
            "kbit_s": of["bits"].sum() / seconds / 1000,
            "objective": np.average(of["objective"], weights=of["seconds"]),
        }
        row |= of[[*measures.metrics()]].mean().to_dict()
        if "phones" in of and of["phones"].notna().any():
            row["phone_error_rate"] = 100 * of["phone_errors"].sum() / of["phones"].sum()
        rows.append(row)
    return pd.DataFrame(rows)


def _with_starts(trials: pd.DataFrame) -> pd.DataFrame:
    """Let trials without a search have the objective that those with one started from."""
    starts = trials.groupby(["codec", "utterance"])["start_objective"].transform("first")
    return trials.assign(objective=trials["objective"].fillna(starts))


def plot_searches(table: pd.DataFrame) -> dict[str, Figure]:
    """Plot what each search gains over its time, a figure for each codec."""
    return {
        str(codec): search_figure(of, title=f"Search, {codec}")
        for codec, of in table.groupby("codec", sort=False)
    }


def _trials(study: SearchStudyParameters) -> Iterator[tuple[dict[str, Any], str, GacSettings]]:
    """Yield what a trial is called, its model, and how it codes."""
    for name, codec in study.codecs.items():
        for search in study.searches:
            if search.codecs is not None and name not in search.codecs:
                continue
            label = search.strategy.replace("_", " ")
            if search.objective is not None:
                label += f", {search.objective}"
            for effort in search.efforts:
                preset = search_config(search.strategy, effort)
                config = replace(preset, objective=search.objective)
                about = {"codec": name, "search": label, "effort": effort}
                yield about, codec.model, GacSettings(codec.bitrate, config)


def _load(
    model: str, how: GacSettings, load: Callable[[], Wave], phones: tuple[str, ...] | None
) -> Item:
    return model, how, load(), phones


@lru_cache(maxsize=2)
def _opened(name: str) -> TrainedCodec:
    return open_model(name)
