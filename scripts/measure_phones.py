"""Measure phone errors of the sequence codec on training speakers, searched and not.

Run it as `python scripts/measure_phones.py FOLDER`; FOLDER holds TIMIT. Each speaker of the
training split is recognised by that of four recognisers that has not heard the speaker.
"""

import argparse
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from gan_audio_compression.audio.resample import resample
from gan_audio_compression.bench.gac import GacCodec
from gan_audio_compression.codec.models import open_model
from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.corpus.folder import list_folder
from gan_audio_compression.corpus.phones import (
    fold_phones,
    is_read_by_all,
    label_path,
    parse_phone_labels,
)
from gan_audio_compression.evaluation.phones.error_rate import phone_errors
from gan_audio_compression.evaluation.phones.labelled_speech import LabelledSpeech
from gan_audio_compression.evaluation.phones.training import RecogniserConfig, train_recogniser
from gan_audio_compression.signal.spec import SAMPLE_RATE

FOLDS = 4
BIT_RATE = 2000
EFFORTS = (0, 5)

logger = logging.getLogger("measure_phones")


@dataclass(frozen=True, eq=False)
class Sentence:
    """A labelled recording of a speaker."""

    speaker: str
    labelled: LabelledSpeech


def training_sentences(folder: Path) -> list[Sentence]:
    """Return the sentences of the training split but those that every speaker reads."""
    paths = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    sentences = []
    for entry in list_folder(folder):
        labels = label_path(entry.path, paths)
        if entry.split == "train" and labels and not is_read_by_all(entry.id):
            speech = resample(*decode_audio((folder / entry.path).read_bytes()), SAMPLE_RATE)
            phones = parse_phone_labels((folder / labels).read_text())
            sentences.append(Sentence(entry.speaker, LabelledSpeech(speech, phones)))
    return sentences


def errors_of(sentences: list[Sentence], codecs: list[GacCodec]) -> NDArray[np.int64]:
    """Return phones, and errors on the original and by each codec: [sentences, 2 + codecs]."""
    speakers = sorted({sentence.speaker for sentence in sentences})
    counts = []
    for fold in range(FOLDS):
        unheard = speakers[fold::FOLDS]
        heard = [each.labelled for each in sentences if each.speaker not in unheard]
        recogniser = train_recogniser(heard, RecogniserConfig())
        for labelled in (each.labelled for each in sentences if each.speaker in unheard):
            spoken = fold_phones(segment.phone for segment in labelled.phones)
            sounds = [labelled.speech]
            files = [codec.encode(labelled.speech).data for codec in codecs]
            decoded = zip(codecs, files, strict=True)
            sounds += [codec.decode(file).speech for codec, file in decoded]
            errors = [phone_errors(spoken, recogniser.recognise(sound)) for sound in sounds]
            counts.append([len(spoken), *errors])
    return np.array(counts)


def main() -> None:
    """Log phone error rates, and the difference that the search makes with its interval."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    sentences = training_sentences(parser.parse_args().folder)
    torch.set_num_threads(1)
    model = open_model("default")
    codecs = [GacCodec(model, bitrate=BIT_RATE, effort=effort) for effort in EFFORTS]
    phones, original, alone, searched = errors_of(sentences, codecs).T
    for name, errors in (("original", original), ("alone", alone), ("searched", searched)):
        logger.info("%s: %d of %d, %.1f %%", name, *_share(errors, phones))
    more = searched - alone
    drawn = np.random.default_rng(0).integers(0, len(more), (10_000, len(more)))
    shares = 100 * more[drawn].sum(1) / phones[drawn].sum(1)
    low, high = np.percentile(shares, (2.5, 97.5))
    logger.info("more by the search: %d of %d, %.1f %%", *_share(more, phones))
    logger.info("95 %% interval over sentences: %.1f to %.1f %%", low, high)


def _share(errors: NDArray[np.int64], phones: NDArray[np.int64]) -> tuple[int, int, float]:
    return int(errors.sum()), int(phones.sum()), 100 * float(errors.sum() / phones.sum())


if __name__ == "__main__":
    main()
