"""What is fitted to speech."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.bench.transform.contexts import STEPS_PER_OCTAVE
from gan_audio_compression.bench.transform.fit import fit_transform
from gan_audio_compression.bench.transform.model import TransformModel, scaled_loudness

LogMels = list[NDArray[np.float32]]


def test_components_are_uncorrelated_and_sorted(model: TransformModel, log_mels: LogMels) -> None:
    components = (scaled_loudness(np.concatenate(log_mels)) - model.mean) @ model.basis
    covariance = np.cov(components.T)
    variances = np.diagonal(covariance)
    assert (np.diff(variances) <= 1e-6 * variances[0]).all()
    assert np.abs(covariance - np.diag(variances)).max() < 1e-4 * variances[0]
    np.testing.assert_allclose(components.mean(axis=0), 0, atol=0.01)
    np.testing.assert_allclose(model.basis.T @ model.basis, np.eye(128), atol=1e-5)


def test_spread_is_that_of_the_coefficients(model: TransformModel, log_mels: LogMels) -> None:
    coefficients = np.concatenate([model.coefficients(log_mel) for log_mel in log_mels])
    measured = STEPS_PER_OCTAVE * np.log2(np.sqrt(np.square(coefficients).mean(axis=0)))
    assert np.abs(measured - model.spread).max() < 0.51


def test_equal_speech_gives_equal_codecs(model: TransformModel, log_mels: LogMels) -> None:
    assert fit_transform(log_mels).digest == model.digest
    assert fit_transform(log_mels[1:]).digest != model.digest


def test_an_empty_log_mel_changes_nothing(log_mels: LogMels) -> None:
    nothing = np.zeros((0, 128), np.float32)
    assert fit_transform([*log_mels[:2], nothing]).digest == fit_transform(log_mels[:2]).digest


@pytest.mark.parametrize("log_mels", [[], [np.zeros((0, 128), np.float32)]])
def test_no_speech_is_refused(log_mels: LogMels) -> None:
    with pytest.raises(ValueError, match="no speech"):
        fit_transform(log_mels)
