"""Training speech straight from a folder of audio, where no pipeline has prepared it."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from gan_audio_compression.audio.errors import AudioError
from gan_audio_compression.audio.files import replacing
from gan_audio_compression.audio.resample import resample
from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.corpus.entry import CorpusEntry
from gan_audio_compression.corpus.folder import list_folder
from gan_audio_compression.corpus.splits import assign_splits
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.level import normalise_level
from gan_audio_compression.signal.spec import SAMPLE_RATE
from gan_audio_compression.signal.variation import Surroundings, Wave, variation
from gan_audio_compression.training.speech import LogMel, TrainingSpeech, shards_of

logger = logging.getLogger(__name__)

# As the pipelines' own parameters have it, so that the same speakers are kept for test.
VALIDATION_FRACTION = 0.1
TEST_FRACTION = 0.1
SPLIT_SEED = 0


def prepare_speech(folder: Path, cache: Path, variations: int = 0) -> TrainingSpeech:
    """Return the training and validation speech of a corpus; its test split is not read.

    The log mel of each recording is kept in `cache` as "<SHA-256 of the recording>.npy", and
    not computed again where it lies there. Unreadable recordings are logged and left out.

    Args:
        folder: the corpus. Recordings of noise and of rooms that its manifest names are heard in
            variations.
        cache: for log mels.
        variations: of each utterance to train on.

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
    surroundings = Surroundings(
        *(_recordings(folder, entries, split) for split in ("noise", "rir"))
    )
    splits: dict[str, dict[str, tuple[int, Callable[[], LogMel]]]] = {"train": {}, "validation": {}}
    digest = hashlib.sha256()
    for entry in sorted(entries, key=lambda entry: entry.id):
        if entry.split not in splits:
            continue
        copies = range(variations if entry.split == "train" else 0)
        try:
            made = list(_cached_log_mels(folder / entry.path, cache, copies, surroundings))
        except (AudioError, OSError) as error:
            logger.warning("%s is left out: %s", entry.path, error)
            continue
        for log_mel in made:
            name = f"{entry.id} {log_mel.stem}"
            frames = len(np.load(log_mel, mmap_mode="r"))
            splits[entry.split][name] = frames, partial(np.load, log_mel)
            digest.update(f"{name} {entry.split}\n".encode())
    logger.info("Utterances: %d to train, %d to validate.", *map(len, splits.values()))
    train, validation = shards_of(splits["train"]), splits["validation"]
    return TrainingSpeech(train, validation, digest.hexdigest())


def _recordings(folder: Path, entries: Iterable[CorpusEntry], split: str) -> list[Wave]:
    return [_speech((folder / e.path).read_bytes()) for e in entries if e.split == split]


def _cached_log_mels(
    recording: Path, cache: Path, copies: Iterable[int], surroundings: Surroundings
) -> Iterator[Path]:
    """Yield files with log mels [frames, 128] of a recording and variations of it.

    They are made where they are missing.
    """
    data = recording.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    paths: dict[int | None, Path] = {None: cache / f"{digest}.npy"}
    paths |= {copy: cache / f"{digest}_varied_{copy}.npy" for copy in copies}
    if missing := [copy for copy, path in paths.items() if not path.exists()]:
        speech = _speech(data)
    for copy in missing:
        wave = speech if copy is None else variation(speech, surroundings, copy)
        log_mel = log_mel_spectrogram(wave)
        with replacing(paths[copy]) as aside, aside.open("wb") as file:
            np.save(file, log_mel)
    yield from paths.values()


def _speech(data: bytes) -> Wave:
    """Return a recording at 16 kHz and the project's level."""
    speech, _ = normalise_level(resample(*decode_audio(data), SAMPLE_RATE))
    return speech
