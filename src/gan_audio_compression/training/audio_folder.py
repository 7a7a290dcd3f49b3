"""Training speech straight from a folder of audio, where no pipeline has prepared it."""

import hashlib
import io
import logging
import os
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from gan_audio_compression.audio.errors import AudioError
from gan_audio_compression.audio.resample import resample
from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.corpus.readers import list_entries
from gan_audio_compression.corpus.splits import assign_splits
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.level import normalise_level
from gan_audio_compression.signal.spec import SAMPLE_RATE
from gan_audio_compression.training.run import TrainingSpeech
from gan_audio_compression.training.segments import LoadLogMel

logger = logging.getLogger(__name__)

# As the pipelines' own parameters have it, so that the same speakers are kept for test.
VALIDATION_FRACTION = 0.1
TEST_FRACTION = 0.1
SPLIT_SEED = 0


def write_aside_then_rename(path: Path, data: bytes) -> None:
    """Write a file, and its folder, so that a reader sees it whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.part")
    aside.write_bytes(data)
    os.replace(aside, path)


def prepare_speech(folder: Path, cache: Path) -> TrainingSpeech:
    """Return the training and validation speech of a corpus; its test split is not read.

    The log mel of each recording is kept in `cache` as "<SHA-256 of the recording>.npy", and
    not computed again where it lies there. Unreadable recordings are logged and left out.

    Raises:
        CorpusError: there is no audio in `folder`, or too little to divide.
    """
    paths = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    entries = assign_splits(
        list_entries(paths, lambda path: (folder / path).read_text("utf-8", errors="replace")),
        by="speaker",
        validation_fraction=VALIDATION_FRACTION,
        test_fraction=TEST_FRACTION,
        seed=SPLIT_SEED,
    )
    splits: dict[str, dict[str, tuple[int, LoadLogMel]]] = {"train": {}, "validation": {}}
    digest = hashlib.sha256()
    for entry in sorted(entries, key=lambda entry: entry.id):
        if entry.split not in splits:
            continue
        try:
            log_mel = _cached_log_mel(folder / entry.path, cache)
        except (AudioError, OSError) as error:
            logger.warning("%s is left out: %s", entry.path, error)
            continue
        frames = len(np.load(log_mel, mmap_mode="r"))
        splits[entry.split][entry.id] = frames, partial(np.load, log_mel)
        digest.update(f"{entry.id} {entry.split} {log_mel.stem}\n".encode())
    logger.info("Utterances: %d to train, %d to validate.", *map(len, splits.values()))
    return TrainingSpeech(splits["train"], splits["validation"], digest.hexdigest())


def _cached_log_mel(recording: Path, cache: Path) -> Path:
    """Return the file with the recording's log mel [frames, 128], made where it is missing."""
    data = recording.read_bytes()
    path = cache / f"{hashlib.sha256(data).hexdigest()}.npy"
    if not path.exists():
        file = io.BytesIO()
        np.save(file, _log_mel(data))
        write_aside_then_rename(path, file.getvalue())
    return path


def _log_mel(data: bytes) -> NDArray[np.float32]:
    speech, _ = normalise_level(resample(*decode_audio(data), SAMPLE_RATE))
    log_mel: NDArray[np.float32] = log_mel_spectrogram(torch.from_numpy(speech)).numpy()
    return log_mel
