"""Which utterances the phone recogniser scores, and how many phones it gets wrong."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.corpus.phones import fold_phones, is_read_by_all
from gan_audio_compression.evaluation.phones.error_rate import phone_errors
from gan_audio_compression.evaluation.phones.recogniser import PhoneRecogniser

Labels = Mapping[str, Sequence[tuple[int, int, str]]]
"""Start, end and phone of each segment, by utterance; those without labels are left out."""


def the_recogniser(recognisers: Mapping[str, Callable[[], Any]]) -> PhoneRecogniser | None:
    """Return the recogniser, None where there is none.

    Args:
        recognisers: what loads it, by any name: none or one.
    """
    for load in recognisers.values():
        recogniser: PhoneRecogniser = load()
        return recogniser
    return None


def scored_phones(labels: Labels, id: str) -> tuple[str, ...] | None:
    """Return what is said in an utterance, of the 39 classes; None where it is not scored.

    That is where nobody knows it, and in the sentences that all speakers read.

    Raises:
        PhoneLabelError: a label is not one of TIMIT's 61.
    """
    if id not in labels or is_read_by_all(id):
        return None
    return tuple(fold_phones(phone for _, _, phone in labels[id]))


def phone_figures(
    recogniser: PhoneRecogniser | None,
    decoded: NDArray[np.float32],
    phones: Sequence[str] | None,
) -> dict[str, int]:
    """Return `phones`, how many were said, and `phone_errors`; nothing where one is not known.

    Args:
        recogniser: hears them; None where there is none.
        decoded: speech [n], 16 kHz mono at any level.
        phones: what was said, of the 39 classes; None where nobody knows.

    Raises:
        UnusableSpeechError: the speech is not mono, or a sample is not finite.
    """
    if recogniser is None or phones is None:
        return {}
    errors = phone_errors(phones, recogniser.recognise(decoded))
    return {"phones": len(phones), "phone_errors": errors}
