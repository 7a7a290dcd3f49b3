"""A recogniser of the made-up language: what it has not heard, odd speech, its file."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.corpus.phones import SCORED_PHONES, fold_phones
from gan_audio_compression.evaluation.phones.error_rate import phone_errors
from gan_audio_compression.evaluation.phones.errors import (
    RecogniserFileError,
    UnusableSpeechError,
)
from gan_audio_compression.evaluation.phones.recogniser import PhoneRecogniser
from tests.evaluation.phones.conftest import Say

UNHEARD = ["h# s aa s iy s uw h#", "h# uw iy uw aa uw h#", "h# iy s aa uw s iy aa h#"]


def errors(recogniser: PhoneRecogniser, say: Say, noise: float = 0.0) -> int:
    generator = np.random.default_rng(1)
    return sum(
        phone_errors(
            fold_phones(phones.split()),
            recogniser.recognise(
                speech + np.float32(noise) * generator.standard_normal(len(speech), np.float32)
            ),
        )
        for seed, phones in enumerate(UNHEARD)
        for speech in [say(phones, 100 + seed).speech]
    )


def test_sentences_it_has_not_heard_are_recognised(recogniser: PhoneRecogniser, say: Say) -> None:
    assert errors(recogniser, say) <= 1
    assert errors(recogniser, say, noise=0.5) >= 5


def test_the_level_does_not_count(recogniser: PhoneRecogniser, say: Say) -> None:
    speech = say(UNHEARD[0], 7).speech
    assert recogniser.recognise(speech * np.float32(0.01)) == recogniser.recognise(speech)


def test_the_glottal_stop_is_learned_and_left_out(recogniser: PhoneRecogniser, say: Say) -> None:
    assert "q" in recogniser.classes
    assert "q" not in recogniser.recognise(say("h# aa q iy q aa h#", 3).speech)


@pytest.mark.parametrize(
    "speech",
    [
        np.zeros(16_000, np.float32),
        np.full(1, 0.5, np.float32),
        np.zeros(1, np.float32),
        np.full(500, -1.0, np.float32),
        np.ones(16_000, np.float64),
        np.random.default_rng(0).standard_normal(60 * 16_000, np.float32),
    ],
    ids=["silence", "a sample", "a silent sample", "a few", "double DC", "a minute"],
)
def test_odd_speech_has_phones_too(
    recogniser: PhoneRecogniser, speech: NDArray[np.float32]
) -> None:
    phones = recogniser.recognise(speech)
    assert 0 < len(phones) <= 1 + len(speech) // 320
    assert set(phones) <= set(SCORED_PHONES)


def test_no_speech_has_no_phones(recogniser: PhoneRecogniser) -> None:
    assert recogniser.recognise(np.zeros(0, np.float32)) == []


@pytest.mark.parametrize(
    "speech", [np.zeros((2, 100), np.float32), np.array([0, np.nan]), np.array([np.inf])]
)
def test_what_is_no_mono_speech_is_refused(
    recogniser: PhoneRecogniser, speech: NDArray[np.float32]
) -> None:
    with pytest.raises(UnusableSpeechError, match="not mono or not finite"):
        recogniser.recognise(speech)


def test_its_file_holds_all_of_it(recogniser: PhoneRecogniser, say: Say) -> None:
    data = recogniser.to_bytes()
    copy = PhoneRecogniser.from_bytes(data)
    speech = say(UNHEARD[2], 5).speech
    assert copy.recognise(speech) == recogniser.recognise(speech)
    assert copy.to_bytes() == data
    assert copy.digest == recogniser.digest
    assert len(bytes.fromhex(copy.digest)) == 32


def test_damaged_files_are_refused(recogniser: PhoneRecogniser) -> None:
    data = recogniser.to_bytes()
    flipped = bytearray(data)
    flipped[-100] ^= 1
    damaged = [b"", b"RIFF", data[:7], data[:5000], data[:-1], data + b"x", bytes(flipped)]
    damaged += [data.replace(b'"format\\": 1', b'"format\\": 2'), bytes(100), b"\xff" * 100]
    damaged += [data.replace(b"phone_recogniser", b"phone_cogneriser")]
    for wrong in damaged:
        assert wrong != data
        with pytest.raises(RecogniserFileError, match="no phone recogniser"):
            PhoneRecogniser.from_bytes(wrong)
