"""Nodes that prepare the listening test."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gan_audio_compression.bench.entries import Bench
from gan_audio_compression.evaluation.alignment import aligned
from gan_audio_compression.evaluation.mushra.ratings import TESTED_ROLES
from gan_audio_compression.evaluation.report.embedding import flac_bytes
from gan_audio_compression.listening.anchors import (
    LOW_ANCHOR_HERTZ,
    MID_ANCHOR_HERTZ,
    low_pass_anchor,
)
from gan_audio_compression.listening.choice import choose_utterances
from gan_audio_compression.listening.description import (
    Condition,
    ListeningTest,
    Role,
    Stimulus,
    Trial,
    samples_digest,
)
from gan_audio_compression.listening.errors import ListeningTestError
from gan_audio_compression.listening.loudness import aligned_loudness
from gan_audio_compression.listening.page import render_page
from gan_audio_compression.pipelines.listening_test.parameters import ListeningTestParameters
from gan_audio_compression.pipelines.loops import Partitions, original_speech, rows_of, usable
from gan_audio_compression.provenance import corpus_digest
from gan_audio_compression.signal.spec import SAMPLE_RATE

logger = logging.getLogger(__name__)

Wave = NDArray[np.float32]

_ORIGINAL = Condition(key="original", label="Original", role="hidden_reference")
_LOW_ANCHOR = Condition(key="low_anchor", label="Low-pass 3.5 kHz", role="low_anchor")
_MID_ANCHOR = Condition(key="mid_anchor", label="Low-pass 7 kHz", role="mid_anchor")


def choose_conditions(
    manifest: pd.DataFrame,
    bench: Bench,
    parameters: ListeningTestParameters,
    scores_log: pd.DataFrame,
) -> tuple[list[Condition], list[str]]:
    """Return the conditions, and why codecs that were asked for are not among them.

    Raises:
        ListeningTestError: a codec is not of the bench, or nothing that is to be tested has decoded
            anything.
    """
    labels = bench.labels()
    roles: dict[str, Role] = dict.fromkeys(parameters.codecs, "codec")
    roles[parameters.codec_anchor] = "codec_anchor"
    if unknown := sorted(roles.keys() - labels.keys()):
        raise ListeningTestError(
            f"{', '.join(unknown)} is no codec of the bench; correct the parameters of the"
            " listening test."
        )
    tested, scored = list(_tested(manifest)["id"]), _scored(scores_log)
    present = [codec for codec in roles if any(f"{codec}/{id}" in scored for id in tested)]
    absent = [
        f"{labels[codec]} has no scored utterance of the test split."
        for codec in roles
        if codec not in present
    ]
    for reason in absent:
        logger.warning("The listening test goes without a codec: %s", reason)
    if not set(present) - {parameters.codec_anchor}:
        raise ListeningTestError(
            "No codec of the listening test has a scored utterance of the test split; run the"
            " pipelines up to evaluation first."
        )
    coded = [Condition(key=codec, label=labels[codec], role=roles[codec]) for codec in present]
    return [_ORIGINAL, *coded, _MID_ANCHOR, _LOW_ANCHOR], absent


def choose_items(
    manifest: pd.DataFrame,
    conditions: Sequence[Condition],
    parameters: ListeningTestParameters,
    scores_log: pd.DataFrame,
) -> list[str]:
    """Return the utterances of the trials and after them that of the training.

    They are of the test split and decoded by every codec, so that every trial holds all rates.

    Raises:
        ListeningTestError: there are fewer than two.
    """
    rows, scored = _tested(manifest), _scored(scores_log)
    for condition in conditions:
        if condition.role in TESTED_ROLES:
            rows = rows[[f"{condition.key}/{id}" in scored for id in rows["id"]]]
    count = parameters.utterances + 1
    chosen = choose_utterances(rows, count, longest=parameters.longest, seed=parameters.seed)
    if len(chosen) < 2:
        raise ListeningTestError(
            f"Of the test split {len(chosen)} utterances of at most {parameters.longest:g} s are"
            " decoded by all codecs, and two are the least; name fewer codecs or run them again."
        )
    if len(chosen) < count:
        logger.warning(
            "The listening test has %d trials in place of %d: the test split has no more.",
            len(chosen) - 1,
            parameters.utterances,
        )
    return chosen


def prepare_test(
    speech: Partitions,
    manifest: pd.DataFrame,
    conditions: Sequence[Condition],
    absent: Sequence[str],
    items: Sequence[str],
    parameters: ListeningTestParameters,
    reconstructed_speech: Partitions,
    scores_log: pd.DataFrame,
) -> tuple[str, dict[str, bytes]]:
    """Return the description of the test as JSON, and its FLAC files by name of the stimulus."""
    files: dict[str, bytes] = {}
    trials = []
    delays = _scored(scores_log)
    for row in rows_of(usable(manifest).set_index("id", drop=False).loc[list(items)]):
        original = original_speech(speech, manifest, row.id)
        decoded: dict[str, Wave] = {
            c.key: reconstructed_speech[f"{c.key}/{row.id}"]()
            for c in conditions
            if c.role in TESTED_ROLES
        }
        delay_of = {key: delays[f"{key}/{row.id}"] for key in decoded}
        source: Wave = speech[row.id]()
        sources = {c.key: samples_digest(decoded.get(c.key, source)) for c in conditions}
        waves = _stimulus_waves(original, decoded, delay_of)
        salt = f"{parameters.seed} {row.id}"
        stimuli, files_of_trial = _as_played(waves, sources, salt, parameters.loudness_lufs)
        files |= files_of_trial
        trials.append(_trial(row, stimuli))
    *counted, training = trials
    test = ListeningTest(
        title=parameters.title,
        seed=parameters.seed,
        corpus_digest=corpus_digest(manifest),
        sample_rate=SAMPLE_RATE,
        loudness_lufs=parameters.loudness_lufs,
        conditions=tuple(conditions),
        absent=tuple(absent),
        training=training,
        trials=tuple(counted),
    )
    return test.to_json(), files


def write_page(test: str, stimuli: Mapping[str, bytes]) -> str:
    """Return the page of the test."""
    return render_page(ListeningTest.from_json(test.encode(), "The description"), stimuli)


def _scored(scores_log: pd.DataFrame) -> dict[str, int]:
    """Return the delay in samples of what was decoded and scored, by "codec/utterance"."""
    rows = usable(scores_log)
    rows = rows[rows["delay_samples"].notna()]
    return dict(zip(rows["id"], rows["delay_samples"].astype(int), strict=True))


def _tested(manifest: pd.DataFrame) -> pd.DataFrame:
    rows = usable(manifest)
    return rows[rows["split"] == "test"]


def _stimulus_waves(
    original: Wave, decoded: Mapping[str, Wave], delays: Mapping[str, int]
) -> dict[str, Wave]:
    """An utterance [n] under every condition, by key, each beside the original."""
    codecs = {key: aligned(wave, delays[key], len(original)) for key, wave in decoded.items()}
    return {
        _ORIGINAL.key: original,
        **codecs,
        _MID_ANCHOR.key: low_pass_anchor(original, MID_ANCHOR_HERTZ),
        _LOW_ANCHOR.key: low_pass_anchor(original, LOW_ANCHOR_HERTZ),
    }


def _trial(row: Any, stimuli: tuple[Stimulus, ...]) -> Trial:
    return Trial(
        id=row.id,
        speaker=row.speaker,
        sex=None if pd.isna(row.sex) else row.sex,
        seconds=round(row.seconds, 3),
        stimuli=stimuli,
    )


def _as_played(
    waves: Mapping[str, Wave], sources: Mapping[str, str], salt: str, lufs: float
) -> tuple[tuple[Stimulus, ...], dict[str, bytes]]:
    """The stimuli of a trial, equally loud, and their FLAC files by name.

    A name tells nothing to who has not the description.
    """
    stimuli, files = [], {}
    for condition, (wave, gain_db) in aligned_loudness(waves, lufs).items():
        file = flac_bytes(wave)
        sha256 = hashlib.sha256(file).hexdigest()
        token = hashlib.sha256(f"{salt} {condition} {sha256}".encode()).hexdigest()[:16]
        files[token] = file
        stimuli.append(
            Stimulus(
                token=token,
                condition=condition,
                sha256=sha256,
                source_sha256=sources[condition],
                gain_db=round(gain_db, 2),
            )
        )
    return tuple(stimuli), files
