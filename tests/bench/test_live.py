"""The live codec in the bench: its packets alone are paid, and its delay is taken away."""

import numpy as np
import pytest

from gan_audio_compression.bench.codec import CodecFailedError
from gan_audio_compression.bench.live import LiveBenchCodec
from gan_audio_compression.codec.live.errors import LiveFormatError
from gan_audio_compression.evaluation.alignment import find_delay


def test_its_size_is_that_of_the_packets_and_its_speech_is_in_time(sentence: np.ndarray) -> None:
    codec = LiveBenchCodec()
    coded = codec.encode(sentence)
    assert len(coded.data) == 20 * -(-len(sentence) // 1280)
    speech = codec.decode(coded.data).speech
    assert len(sentence) <= len(speech) < len(sentence) + 1280
    assert abs(find_delay(sentence, speech[: len(sentence)])) <= 8


def test_its_delay_is_said() -> None:
    assert LiveBenchCodec().version().endswith("160 ms")
    assert LiveBenchCodec(packet_ms=40).version().endswith("120 ms")
    assert LiveBenchCodec(packet_ms=40, ahead_ms=16, repair_ms=0).version().endswith("80 ms")


def test_what_is_no_packet_is_refused() -> None:
    with pytest.raises(CodecFailedError, match="a packet has 3 bytes, not 20"):
        LiveBenchCodec().decode(b"abc")


def test_a_rate_that_cannot_be_is_refused() -> None:
    with pytest.raises(LiveFormatError, match="take 800 to 3200"):
        LiveBenchCodec(bitrate=6000)
