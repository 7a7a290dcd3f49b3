"""Training: the same for the same seed, what it refuses, and what its labels say of frames."""

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter, ValidationError

from gan_audio_compression.corpus.phones import PhoneSegment
from gan_audio_compression.evaluation.phones.augmentation import augmented
from gan_audio_compression.evaluation.phones.errors import NoLabelledSpeechError
from gan_audio_compression.evaluation.phones.features import log_mel, normalised
from gan_audio_compression.evaluation.phones.labelled_speech import (
    LabelledSpeech,
    frame_states,
    log_bigram,
    log_priors,
)
from gan_audio_compression.evaluation.phones.training import RecogniserConfig, train_recogniser
from tests.evaluation.phones.conftest import Say


def test_the_same_seed_gives_the_same_recogniser(lessons: list[LabelledSpeech]) -> None:
    torch.manual_seed(1)
    first = train_recogniser(lessons[:4], RecogniserConfig(seed=3, steps=3))
    drawn = torch.rand(1)
    torch.manual_seed(2)
    second = train_recogniser(lessons[:4], RecogniserConfig(seed=3, steps=3))
    other = train_recogniser(lessons[:4], RecogniserConfig(seed=4, steps=3))
    assert first.digest == second.digest != other.digest
    torch.manual_seed(1)
    assert torch.rand(1) == drawn


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_a_single_utterance_and_few_steps_are_enough(say: Say, steps: int) -> None:
    utterance = say("h# s", 0)
    recogniser = train_recogniser([utterance], RecogniserConfig(steps=steps))
    assert recogniser.classes == ("s", "sil")
    assert set(recogniser.recognise(utterance.speech)) <= {"s", "sil"}


def test_without_labelled_speech_there_is_no_recogniser(say: Say) -> None:
    with pytest.raises(NoLabelledSpeechError, match="There is no labelled speech"):
        train_recogniser([], RecogniserConfig())
    good = say("h# s", 0)
    silent = LabelledSpeech(np.zeros(0, np.float32), good.phones)
    unlabelled = LabelledSpeech(good.speech, [])
    for bad in (silent, unlabelled):
        with pytest.raises(NoLabelledSpeechError, match="Labelled utterance 1 "):
            train_recogniser([good, bad], RecogniserConfig())


def test_parameters_are_checked() -> None:
    parameters = TypeAdapter(RecogniserConfig)
    assert parameters.validate_python({"seed": 2, "steps": 9}) == RecogniserConfig(2, 9)
    for wrong in ({"steps": 0}, {"epochs": 3}):
        with pytest.raises(ValidationError):
            parameters.validate_python(wrong)


def test_frames_belong_to_the_third_of_the_phone_they_lie_in() -> None:
    segments = [PhoneSegment(320, 1280, "h#"), PhoneSegment(1280, 1600, "zh")]
    states = frame_states(segments, ["sh", "sil"], frames=14)
    assert states.tolist() == [3, 3, 3, 3, 4, 4, 5, 5, 0, 1, 2, 2, 2, 2]


def test_statistics_of_the_labels_are_probabilities(lessons: list[LabelledSpeech]) -> None:
    classes = ["aa", "iy", "q", "s", "sil", "uw"]
    bigram = log_bigram(lessons, classes).exp()
    assert torch.allclose(bigram.sum(1), torch.ones(6))
    assert bigram.min() > 0
    # Silence is at both ends alone, so that it follows itself least of all.
    assert bigram[4].argmin() == 4
    priors = log_priors([torch.tensor([0, 0, 0, 2]), torch.tensor([0])], 4).exp()
    assert priors.sum() == pytest.approx(1)
    assert priors[0] > priors[2] > priors[1] == priors[3] > 0


def test_features_are_level_free_and_see_the_frequency() -> None:
    time = torch.arange(16_000) / 16_000
    low, high = (log_mel(torch.sin(2 * torch.pi * f * time)) for f in (300.0, 3000.0))
    assert low.shape == (101, 40)
    assert low.mean(0).argmax() < 10 < 20 < high.mean(0).argmax()
    noise = torch.randn(16_000, generator=torch.Generator().manual_seed(0))
    features = normalised(log_mel(noise))
    assert torch.allclose(features, normalised(log_mel(noise * 0.01)), atol=1e-3)
    assert features.mean(0).abs().max() < 1e-4
    assert torch.allclose(features.std(0), torch.ones(40), atol=0.02)


@pytest.mark.parametrize("frames", [1, 2, 30, 400])
def test_variants_differ_and_keep_frames_and_targets_together(frames: int) -> None:
    targets = torch.arange(frames)
    features = torch.linspace(-8, 0, frames)[:, None].expand(frames, 40) + torch.randn(1, 40)
    generator = torch.Generator().manual_seed(0)
    variants = [augmented(features, targets, generator) for _ in range(5)]
    for variant, kept in variants:
        assert len(variant) == len(kept)
        assert variant.isfinite().all()
        assert 0.84 * frames - 1 <= len(kept) <= 1.16 * frames + 1
        assert kept.tolist() == sorted(kept.tolist())
        if frames >= 30:
            correlation = torch.corrcoef(torch.stack([variant.mean(1), kept.float()]))[0, 1]
            assert correlation > 0.6
    assert len({float(variant.sum()) for variant, _ in variants}) == 5 or frames < 30
