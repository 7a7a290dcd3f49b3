"""The scale of loudness, and what lies outside of it."""

import numpy as np

from gan_audio_compression.baselines.transform.loudness import to_log_mel, to_loudness
from gan_audio_compression.signal.spec import FLOOR


def test_there_and_back() -> None:
    log_mel = np.linspace(FLOOR, 1, 50, dtype=np.float32)
    np.testing.assert_allclose(to_log_mel(to_loudness(log_mel)), log_mel, atol=1e-6)


def test_what_no_speech_has_becomes_the_floor() -> None:
    loudness = np.array([-5.0, 0.0, to_loudness(np.array([FLOOR - 1]))[0]])
    np.testing.assert_allclose(to_log_mel(loudness), FLOOR)


def test_one_error_is_more_nepers_where_it_is_quiet() -> None:
    quiet, loud = (to_log_mel(to_loudness(np.array([m])) + 1)[0] - m for m in (-8.0, 0.0))
    assert quiet > 4 * loud
