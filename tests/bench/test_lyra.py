"""Lyra V2: its rates, a state of its own for each recording, and what is missing or damaged."""

import sys
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from pystoi import stoi

from gan_audio_compression.bench.codec import CodecFailedError, CodecMissingError
from gan_audio_compression.bench.lyra import LyraCodec
from gan_audio_compression.component import ComponentError, open_component

NETWORKS = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "lyra"
RATES: tuple[Literal[3200, 6000, 9200], ...] = (3200, 6000, 9200)

needs_networks = pytest.mark.skipif(not NETWORKS.is_dir(), reason="Lyra's networks are not here")
Wave = NDArray[np.float32]


@pytest.fixture(scope="module")
def loud(sentence: Wave) -> Wave:
    """The sentence at -26 dBFS, which a codec of absolute levels needs."""
    return np.asarray(sentence * (10 ** (-26 / 20) / sentence.std()), np.float32)


def lyra(bitrate: Literal[3200, 6000, 9200], folder: Path = NETWORKS) -> LyraCodec:
    return LyraCodec(bitrate, str(folder))


@needs_networks
def test_more_bits_are_better_and_every_one_is_counted(loud: Wave) -> None:
    scores = []
    for bitrate in RATES:
        coded = lyra(bitrate).encode(loud)
        frames = -(-len(loud) // 320)
        assert 8 * len(coded.data) == coded.payload_bits == frames * bitrate // 50
        decoded = lyra(bitrate).decode(coded.data).speech
        assert len(decoded) == 320 * frames
        scores.append(stoi(loud, decoded[: len(loud)], 16_000, extended=True))
    assert scores == sorted(scores)
    assert scores[0] > 0.8


@needs_networks
def test_nothing_is_left_of_the_recording_before(loud: Wave) -> None:
    codec = lyra(3200)
    first = codec.encode(loud).data
    codec.encode(loud[::-1].copy())
    assert codec.encode(loud).data == first
    assert np.array_equal(codec.decode(first).speech, codec.decode(first).speech)


@needs_networks
@pytest.mark.parametrize("damage", [b"", b"\0" * 7, b"\0" * 9])
def test_a_file_that_is_not_whole_is_refused(damage: bytes) -> None:
    with pytest.raises(CodecFailedError, match="no whole"):
        lyra(3200).decode(damage)


def test_networks_that_are_not_there_are_named_with_where_to_get_them(tmp_path: Path) -> None:
    codec = lyra(3200, tmp_path)
    for use in (
        codec.version,
        lambda: codec.recipe,
        lambda: codec.encode(np.ones(320, np.float32)),
    ):
        with pytest.raises(CodecMissingError, match=r"google/lyra .* in .*"):
            use()


@needs_networks
def test_a_runtime_that_is_not_installed_is_named(
    loud: Wave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(CodecMissingError, match=r"LiteRT is not installed; pip install"):
        lyra(3200).encode(loud)


def test_a_rate_that_it_has_not_is_refused() -> None:
    entry = {"type": f"{LyraCodec.__module__}.LyraCodec", "bitrate": 2000, "folder": "."}
    with pytest.raises(ComponentError, match="3200"):
        open_component(entry)
