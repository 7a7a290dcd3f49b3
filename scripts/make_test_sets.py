"""Make a corpus of test sets from the speakers that a corpus keeps out of training.

    python scripts/make_test_sets.py CORPUS FOLDER

CORPUS has a manifest.csv with splits. Each folder of it with speech of validation or test becomes a
test set; some utterances of each are there once more in babble, in a room and over a telephone.
Training speech comes along for the codecs of the bench that learn from it.
"""

import argparse
import csv
import logging
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile as sf
import torch
from torch import Tensor
from tqdm import tqdm

from gan_audio_compression.audio.files import replacing
from gan_audio_compression.audio.resample import resample
from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.corpus.entry import CorpusEntry
from gan_audio_compression.corpus.folder import list_folder
from gan_audio_compression.signal.level import normalise_level
from gan_audio_compression.signal.spec import SAMPLE_RATE
from gan_audio_compression.signal.surroundings import (
    coloured_noise,
    in_room,
    over_telephone,
    room_response,
    with_noise,
)

MOST, MOST_VARIED, MOST_TO_LEARN_FROM = 32, 8, 80
SNR_DB = 10.0
VOICES = 6
REVERBERATION_S, DIRECT_DB = 0.5, 3.0
# Read by every speaker of TIMIT.
LEFT_OUT = {"sa1", "sa2"}

Draw = np.random.Generator
Form = Callable[[Tensor, CorpusEntry, Draw], Tensor]
Row = dict[str, str]

logger = logging.getLogger("make_test_sets")


def main() -> None:
    """Write the folder aside, then rename it."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("folder", type=Path, help="must not be there yet")
    arguments = parser.parse_args()
    if arguments.folder.exists():
        parser.error(f"{arguments.folder} is there already; give another folder.")
    with replacing(arguments.folder) as aside:
        rows = list(write_sets(arguments.corpus, aside))
        with (aside / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ["path", "speaker", "split", "test_set"])
            writer.writeheader()
            writer.writerows(rows)
    logger.info("%s: %d utterances.", arguments.folder, len(rows))


def write_sets(corpus: Path, folder: Path) -> Iterator[Row]:
    """Write the recordings; yield a row of the manifest for each."""
    entries = list_folder(corpus)
    sets = _kept_out(entries)
    voices = _Voices(corpus, [entry for chosen in sets.values() for entry in chosen])
    forms: dict[str, Form] = {
        f"noise {SNR_DB:g} dB": voices.noisy,
        "room": _reverberant,
        "telephone": lambda speech, entry, draw: over_telephone(speech),
    }
    for name, chosen in sets.items():
        yield from (_copied(corpus, folder, entry, "test", name) for entry in chosen)
    varied = [entry for chosen in sets.values() for entry in _spread(chosen, MOST_VARIED)]
    for form, change in forms.items():
        for entry in tqdm(varied, desc=form, disable=None):
            path = Path(form.replace(" ", "_")) / Path(entry.path).with_suffix(".flac")
            # What is drawn hangs on the utterance alone.
            draw = np.random.default_rng(zlib.crc32(str(path).encode()))
            _write(folder / path, change(voices.speech(entry), entry, draw))
            yield _row(path.as_posix(), entry, "test", form)
    learnt = [entry for entry in entries if entry.split == "train"]
    for entry in _spread(learnt, MOST_TO_LEARN_FROM):
        yield _copied(corpus, folder, entry, "train", "")


def _kept_out(entries: Iterable[CorpusEntry]) -> dict[str, list[CorpusEntry]]:
    sets: dict[str, list[CorpusEntry]] = {}
    for entry in entries:
        path = Path(entry.path)
        if entry.split in ("validation", "test") and path.stem.lower() not in LEFT_OUT:
            sets.setdefault(path.parts[0], []).append(entry)
    return {name: _spread(chosen, MOST) for name, chosen in sets.items()}


def _spread(entries: Sequence[CorpusEntry], most: int) -> list[CorpusEntry]:
    """Return at most so many entries, spread evenly over paths, and so over speakers."""
    ordered = sorted(entries, key=lambda entry: entry.path)
    count = min(most, len(ordered))
    return [ordered[i * len(ordered) // count] for i in range(count)]


class _Voices:
    """Speech of all that are kept out, and noise out of it."""

    def __init__(self, corpus: Path, entries: Sequence[CorpusEntry]) -> None:
        self._corpus, self._entries = corpus, entries

    def speech(self, entry: CorpusEntry) -> Tensor:
        data = (self._corpus / entry.path).read_bytes()
        speech, _ = normalise_level(resample(*decode_audio(data), SAMPLE_RATE))
        return torch.from_numpy(speech)

    def noisy(self, speech: Tensor, entry: CorpusEntry, draw: Draw) -> Tensor:
        """Put an utterance into the voices of others or, every second one, into pink noise."""
        if draw.random() < 0.5:
            return with_noise(speech, coloured_noise(len(speech), 1.0, draw), SNR_DB)
        others = [other for other in self._entries if other.speaker != entry.speaker]
        chosen = draw.choice(len(others), VOICES, replace=False)
        babble = torch.zeros(len(speech))
        for index in chosen:
            voice = self.speech(others[int(index)])
            babble += voice.repeat(-(-len(speech) // len(voice)))[: len(speech)]
        return with_noise(speech, babble, SNR_DB)


def _reverberant(speech: Tensor, _: CorpusEntry, draw: Draw) -> Tensor:
    response = room_response(REVERBERATION_S, DIRECT_DB, draw)
    return in_room(speech, torch.from_numpy(response))


def _copied(corpus: Path, folder: Path, entry: CorpusEntry, split: str, test_set: str) -> Row:
    """Copy a recording and what lies beside it under its name, such as labels."""
    source = corpus / entry.path
    target = folder / entry.path
    target.parent.mkdir(parents=True, exist_ok=True)
    for file in source.parent.glob(f"{source.stem}.*"):
        shutil.copyfile(file, target.parent / file.name)
    return _row(entry.path, entry, split, test_set)


def _write(path: Path, speech: Tensor) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    sf.write(path, speech.clamp(-1, 1).numpy(), SAMPLE_RATE)


def _row(path: str, entry: CorpusEntry, split: str, test_set: str) -> Row:
    return {"path": path, "speaker": entry.speaker, "split": split, "test_set": test_set}


if __name__ == "__main__":
    main()
