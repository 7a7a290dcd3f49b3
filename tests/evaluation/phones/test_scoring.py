"""Which phones are scored, and what is said where there is nothing to score."""

from collections.abc import Callable

import numpy as np
import pytest

from gan_audio_compression.corpus.phones import PhoneLabelError, fold_phones
from gan_audio_compression.evaluation.phones.errors import UnusableSpeechError
from gan_audio_compression.evaluation.phones.labelled_speech import LabelledSpeech
from gan_audio_compression.evaluation.phones.recogniser import PhoneRecogniser
from gan_audio_compression.evaluation.phones.scoring import (
    phone_figures,
    scored_phones,
    the_recogniser,
)

LABELS = {
    id: [(0, 8000, "h#"), (8000, 12_000, "q"), (12_000, 16_000, "ix")]
    for id in ("dr1_fabc0_sx1", "dr1_fabc0_sa1")
}

Say = Callable[[str, int], LabelledSpeech]


def test_phones_are_folded_and_sentences_of_all_speakers_left_out() -> None:
    assert scored_phones(LABELS, "dr1_fabc0_sx1") == ("sil", "ih")
    assert scored_phones(LABELS, "dr1_fabc0_sa1") is None
    assert scored_phones(LABELS, "other") is None


def test_a_label_that_is_none_of_timits_is_an_error() -> None:
    with pytest.raises(PhoneLabelError, match="'xyz'"):
        scored_phones({"dr1_fabc0_sx1": [(0, 10, "xyz")]}, "dr1_fabc0_sx1")


def test_the_recogniser_is_loaded_where_there_is_one(recogniser: PhoneRecogniser) -> None:
    assert the_recogniser({"recogniser": lambda: recogniser}) is recogniser
    assert the_recogniser({}) is None


def test_errors_are_of_the_decoded_speech_against_what_was_said(
    recogniser: PhoneRecogniser, say: Say
) -> None:
    said = say("h# aa s iy s uw h#", 100)
    phones = fold_phones(segment.phone for segment in said.phones)
    assert phone_figures(recogniser, said.speech, phones) == {"phones": 7, "phone_errors": 0}
    other = phone_figures(recogniser, said.speech, ["sil", "uw", "sil"])
    assert other == {"phones": 3, "phone_errors": 4}


def test_without_recogniser_or_phones_there_are_no_figures(recogniser: PhoneRecogniser) -> None:
    speech = np.zeros(16_000, np.float32)
    assert phone_figures(None, speech, ("sil",)) == {}
    assert phone_figures(recogniser, speech, None) == {}


def test_speech_that_is_not_finite_is_an_error(recogniser: PhoneRecogniser) -> None:
    with pytest.raises(UnusableSpeechError):
        phone_figures(recogniser, np.full(16_000, np.nan, np.float32), ("sil",))
