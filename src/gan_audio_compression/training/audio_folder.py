"""Training speech straight from a folder of audio, where no pipeline has prepared it."""

import hashlib
import logging
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from gan_audio_compression.audio.errors import AudioError
from gan_audio_compression.audio.files import replacing
from gan_audio_compression.audio.resample import resample
from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.corpus.folder import list_folder
from gan_audio_compression.corpus.splits import assign_splits
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.level import normalise_level
from gan_audio_compression.signal.spec import SAMPLE_RATE
from gan_audio_compression.training.speech import LoadLogMel, TrainingSpeech

logger = logging.getLogger(__name__)

# As the pipelines' own parameters have it, so that the same speakers are kept for test.
VALIDATION_FRACTION = 0.1
TEST_FRACTION = 0.1
SPLIT_SEED = 0


def prepare_speech(folder: Path, cache: Path) -> TrainingSpeech:
    """Return the training and validation speech of a corpus; its test split is not read.

    The log mel of each recording is kept in `cache` as "<SHA-256 of the recording>.npy", and
    not computed again where it lies there. Unreadable recordings are logged and left out.

    Raises:
        CorpusError: there is no audio in `folder`, or too little to divide.
    """
    entries = assign_splits(
        list_folder(folder),
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
        log_mel = _log_mel(data)
        with replacing(path) as aside, aside.open("wb") as file:
            np.save(file, log_mel)
    return path


def _log_mel(data: bytes) -> NDArray[np.float32]:
    speech, _ = normalise_level(resample(*decode_audio(data), SAMPLE_RATE))
    log_mel: NDArray[np.float32] = log_mel_spectrogram(torch.from_numpy(speech)).numpy()
    return log_mel
