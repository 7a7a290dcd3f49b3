"""Blocks are mixed down, and what that costs is told once, with numbers."""

import logging

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.audio.errors import NotFiniteAudioError
from gan_audio_compression.audio.samples import MixDown
from tests.recordings import tone

SPEECH = 0.5 * tone(1.0).astype(np.float32)
OTHER = 0.5 * tone(1.0, frequency=700).astype(np.float32)
CANCEL = "The channels cancel each other out: their mean is {} dB quieter than they are; "


def warnings(*blocks: NDArray[np.floating]) -> list[str]:
    mix_down = MixDown()
    messages: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("gan_audio_compression.audio.samples")
    logger.addHandler(handler)
    for block in blocks:
        mix_down.mix(block)
    mix_down.warn()
    logger.removeHandler(handler)
    return messages


def channels(*waves: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.stack(waves, axis=1)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_mean_of_the_channels_in_full_scale(dtype: type[np.floating]) -> None:
    block = np.array([[0.5, 0.25], [3.0, 1.0], [-1.0, -4.0]], dtype)
    mixed = MixDown().mix(block)
    assert mixed.dtype == np.float32
    assert mixed.tolist() == [0.375, 1, -1]


def test_all_blocks_are_counted() -> None:
    assert warnings(SPEECH, np.array([2.0, 0, -3]), np.array([0.5, 1.5])) == [
        f"3 of {len(SPEECH) + 5} samples lay beyond full scale and were clipped."
    ]


def test_samples_in_16_bit_steps_are_told_as_such() -> None:
    steps = np.rint(SPEECH * 300)
    clipped = np.count_nonzero(np.abs(steps) > 1)
    assert warnings(steps) == [
        f"{clipped} of {len(steps)} samples lay beyond full scale and were clipped; "
        "divide samples in 16-bit steps by 32768."
    ]


def test_an_overflow_is_clipped() -> None:
    assert MixDown().mix(np.array([1e300, -1e300])).tolist() == [1, -1]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(bad: float) -> None:
    for block in (np.array([0.1, bad]), np.array([[0.1, bad], [bad, -bad]])):
        with pytest.raises(NotFiniteAudioError):
            MixDown().mix(block)


@pytest.mark.parametrize(
    ("block", "loss"),
    [
        (channels(SPEECH, -0.9 * SPEECH), 26),
        (channels(SPEECH, -SPEECH), 120),
        (channels(SPEECH, -0.9 * SPEECH, SPEECH, -0.9 * SPEECH), 26),
    ],
)
def test_channels_of_opposite_phase_are_told(block: NDArray[np.floating], loss: int) -> None:
    expected = CANCEL.format(loss) + "give one of them alone."
    assert warnings(block) == [expected]
    assert warnings(*np.array_split(block, 7)) == [expected]


@pytest.mark.parametrize(
    "block",
    [
        SPEECH,
        channels(SPEECH),
        channels(SPEECH, SPEECH),
        channels(SPEECH, OTHER),
        channels(SPEECH, -0.2 * SPEECH),
        channels(SPEECH, 0 * SPEECH, 0 * SPEECH, 0 * SPEECH, 0 * SPEECH, 0 * SPEECH),
        channels(SPEECH + 0.3, SPEECH - 0.3),
        channels(0 * SPEECH, 0 * SPEECH),
        np.zeros((0, 2), np.float32),
    ],
)
def test_other_channels_are_nothing_to_be_told(block: NDArray[np.floating]) -> None:
    assert warnings(block) == []


def test_the_whole_recording_decides() -> None:
    """A moment in which the channels cancel each other out is none of the recording."""
    moment = channels(SPEECH, -SPEECH)[:2000]
    assert warnings(channels(SPEECH, SPEECH), moment) == []
