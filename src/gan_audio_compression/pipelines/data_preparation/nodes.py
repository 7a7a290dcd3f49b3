"""Nodes of data preparation."""

import hashlib
import logging
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from gan_audio_compression.audio.resample import resample
from gan_audio_compression.component import code_digest
from gan_audio_compression.compute.parameters import ComputeParameters
from gan_audio_compression.compute.work import item_key
from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.corpus.distribution import dialect_distribution
from gan_audio_compression.corpus.entry import CorpusEntry
from gan_audio_compression.corpus.errors import CorpusError
from gan_audio_compression.corpus.phones import (
    PhoneLabelError,
    label_path,
    parse_phone_labels,
)
from gan_audio_compression.corpus.readers import list_entries
from gan_audio_compression.corpus.splits import assign_splits
from gan_audio_compression.datasets.corpus import SpeechCorpus
from gan_audio_compression.datasets.files import DatasetFileError
from gan_audio_compression.pipelines.data_preparation.parameters import CorpusParameters
from gan_audio_compression.pipelines.loops import (
    Records,
    UtteranceJob,
    UtteranceResult,
    rows_of,
    spread,
    usable,
    utterance_loop,
)
from gan_audio_compression.signal.spec import SAMPLE_RATE

logger = logging.getLogger(__name__)

_SPLITS = ("train", "validation", "test")


def list_utterances(corpus: SpeechCorpus, parameters: CorpusParameters) -> pd.DataFrame:
    """List the utterances of a corpus with speaker, dialect region, sex and split.

    Raises:
        CorpusError: the corpus has no audio, or a split would be empty.
    """
    entries = assign_splits(
        list_entries(corpus.paths, corpus.read_text),
        by=parameters.split_by,
        validation_fraction=parameters.validation_fraction,
        test_fraction=parameters.test_fraction,
        seed=parameters.seed,
    )
    kept = [entry for entry in entries if not _is_left_out(entry, parameters)]
    table = pd.DataFrame.from_records([vars(entry) for entry in kept])
    _require_splits(table, parameters.path)
    if parameters.most_held_out is not None:
        splits = table.groupby("split", sort=False)
        table = pd.concat(
            [_thinned(split, rows, parameters.most_held_out) for split, rows in splits]
        )
    logger.info("%d utterances, %d left out.", len(table), len(entries) - len(table))
    return table.sort_values("id", ignore_index=True)


def prepare_utterances(
    corpus: SpeechCorpus,
    utterances: pd.DataFrame,
    parameters: CorpusParameters,
    compute: ComputeParameters,
    manifest_so_far: Records,
) -> Iterator[tuple[Any, ...]]:
    """Read each utterance; give its speech, its log mel and its row of the manifest.

    Raises:
        CorpusError: no utterance of some split can be read.
    """
    jobs = _recordings(corpus, utterances)
    done = manifest_so_far
    for *partitions, records in utterance_loop(
        compute, prepare_utterance, jobs, None, done, "features", outputs=2, total=len(utterances)
    ):
        if isinstance(records, pd.DataFrame):
            _require_splits(usable(records), parameters.path)
        yield *partitions, records


def prepare_utterance(_: None, data: bytes) -> UtteranceResult:
    """Decode a recording to 16 kHz mono at the speech level, and take its log mel."""
    from gan_audio_compression.signal.analysis import log_mel_spectrogram
    from gan_audio_compression.signal.level import active_level_db, normalise_level

    samples = resample(*decode_audio(data), SAMPLE_RATE)
    speech, level_code = normalise_level(samples)
    log_mel = log_mel_spectrogram(speech)
    figures = {
        "sha256": hashlib.sha256(data).hexdigest(),
        "seconds": len(speech) / SAMPLE_RATE,
        "frames": len(log_mel),
        "level_db": active_level_db(samples),
        "level_code": level_code,
    }
    return UtteranceResult((speech, log_mel), figures)


def read_phone_labels(
    corpus: SpeechCorpus, utterances: pd.DataFrame
) -> dict[str, list[tuple[int, int, str]]]:
    """Return start, end and label of each phone, by utterance; those without labels are left out.

    Labels that cannot be read are logged and left out too.
    """
    labels = {}
    paths = frozenset(corpus.paths)
    for row in rows_of(utterances):
        path = label_path(row.path, paths)
        if path is None:
            continue
        try:
            segments = parse_phone_labels(corpus.read_text(path))
        except PhoneLabelError as error:
            logger.warning("%s is left out: %s", path, error)
            continue
        labels[str(row.id)] = [(s.start, s.end, s.phone) for s in segments]
    return labels


def tabulate_dialects(manifest: pd.DataFrame) -> pd.DataFrame:
    """Return the speakers by dialect region and sex (the paper's table 1)."""
    return dialect_distribution(usable(manifest))


def _recordings(corpus: SpeechCorpus, utterances: pd.DataFrame) -> Iterator[UtteranceJob]:
    for row in rows_of(utterances):
        about = row._asdict()
        id, path = str(about.pop("id")), str(about["path"])
        try:
            version = corpus.version(path)
        except DatasetFileError:  # the loop reads it again and records why it cannot
            version = "unreadable"
        yield UtteranceJob(
            id,
            item_key(code_digest("audio", "corpus.audio", "signal"), version),
            corpus.reader(path),
            about,
        )


def _is_left_out(entry: CorpusEntry, parameters: CorpusParameters) -> bool:
    path = PurePosixPath(entry.path)
    if entry.split == "test":
        return path.stem.lower() in parameters.left_out_of_test
    return any(path.is_relative_to(folder) for folder in parameters.left_out_of_training)


def _thinned(split: Any, rows: pd.DataFrame, most: Mapping[Any, int]) -> pd.DataFrame:
    return spread(rows, most[split]) if split in most else rows


def _require_splits(utterances: pd.DataFrame, path: str) -> None:
    missing = [s for s in _SPLITS if utterances.empty or not (utterances["split"] == s).any()]
    if missing:
        raise CorpusError(
            f"The corpus {path} has no readable utterance for {', '.join(missing)}; give a folder "
            "with more speech or other corpus.validation_fraction and corpus.test_fraction."
        )
