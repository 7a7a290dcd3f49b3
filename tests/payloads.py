"""Range-coded payloads: the older forms, and the nearest that are a byte shorter."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gan_audio_compression.entropy import range_coder


def nearest_shorter(payload: bytes) -> list[bytes]:
    """Give the fractions below and above a payload that have one byte less.

    The fractions that decode alike are an interval, so if any payload of that length does, one of
    these does.
    """
    length = len(payload) - 1
    below = int.from_bytes(payload[:-1], "big")
    return [
        fraction.to_bytes(length, "big")
        for fraction in (below, below + 1)
        if fraction < 1 << 8 * length
    ]


def whole_words(encoder: Any) -> bytes:
    """All that the range coder of constriction gives, in words of 32 bits."""
    words: np.ndarray = encoder.get_compressed()
    return words.astype(">u4").tobytes()


def without_zeros(encoder: Any) -> bytes:
    """Those, without the zero bytes at the end."""
    return whole_words(encoder).rstrip(b"\x00")


def old_forms(encode: Callable[[], bytes]) -> list[bytes]:
    """Give the older forms of the payload that `encode` gives."""
    payloads = []
    for form in (whole_words, without_zeros):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(range_coder, "payload_of", form)
            payloads.append(encode())
    return payloads
