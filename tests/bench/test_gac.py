"""The project's own codecs on the bench: files, figures, rates, and what their files depend on."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.bench import gac
from gan_audio_compression.bench.codec import BenchCodec
from gan_audio_compression.bench.gac import GacCodec
from gan_audio_compression.codec.container.chunk import Chunk
from gan_audio_compression.codec.container.errors import OtherModelError
from gan_audio_compression.codec.container.reader import ContainerReader
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.errors import BitrateTooLowError, SearchError
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.trade import Trade
from gan_audio_compression.signal.level import active_level_db

RATE = 16_000
MakeSpeech = Callable[[int, int], NDArray[np.float32]]


@pytest.fixture(scope="module")
def codecs(segment_model: SegmentModel, sequence_model: SequenceModel) -> list[BenchCodec]:
    return [GacCodec(segment_model), GacCodec(sequence_model, 2000)]


def test_speech_comes_back_as_long_and_its_level_with_it(
    codecs: list[BenchCodec], make_speech: MakeSpeech
) -> None:
    speech = make_speech(2 * RATE + 1, 0)
    for codec in codecs:
        loud, faint = (
            codec.decode(codec.encode(np.float32(gain) * speech).data) for gain in (1.0, 0.1)
        )
        assert loud.speech.shape == speech.shape and loud.speech.dtype == np.float32
        assert loud.log_mel is not None and loud.log_mel.shape == (251, 128)
        between = active_level_db(loud.speech) - active_level_db(faint.speech)
        assert between == pytest.approx(20, abs=1)


def test_figures_are_those_of_the_file(codecs: list[BenchCodec], make_speech: MakeSpeech) -> None:
    for codec in codecs:
        coded = codec.encode(make_speech(20 * RATE, 1))
        chunks = list(ContainerReader(io.BytesIO(coded.data)).chunks())
        payloads = [8 * len(chunk.payload) for chunk in chunks if isinstance(chunk, Chunk)]
        assert len(payloads) == 2 and coded.payload_bits == sum(payloads)
        assert coded.figures["ideal_bits"] == pytest.approx(coded.payload_bits, rel=0.01, abs=64)
        assert coded.figures.get("objective") == coded.figures.get("start_objective")


@pytest.mark.parametrize("bitrate", [700, 2000, 4000])
def test_the_bit_rate_is_kept(
    sequence_model: SequenceModel, make_speech: MakeSpeech, bitrate: int
) -> None:
    data = GacCodec(sequence_model, bitrate).encode(make_speech(3 * RATE, 2)).data
    assert 8 * len(data) <= 3 * bitrate


def test_a_search_lowers_the_objective(
    sequence_model: SequenceModel, make_speech: MakeSpeech
) -> None:
    figures = GacCodec(sequence_model, 4000, effort=5).encode(make_speech(RATE, 3)).figures
    assert figures["objective"] < figures["start_objective"]


def test_what_cannot_be_is_refused(sequence_model: SequenceModel, make_speech: MakeSpeech) -> None:
    with pytest.raises(BitrateTooLowError, match="positive"):
        GacCodec(sequence_model, -1)
    with pytest.raises(SearchError, match="effort 10"):
        GacCodec(sequence_model, effort=10)
    with pytest.raises(BitrateTooLowError, match="ask for"):
        GacCodec(sequence_model, 20).encode(make_speech(RATE, 3))


def test_a_file_of_another_model_is_refused(
    sequence_model: SequenceModel, segment_model: SegmentModel, make_speech: MakeSpeech
) -> None:
    data = GacCodec(sequence_model).encode(make_speech(RATE, 5)).data
    with pytest.raises(OtherModelError):
        GacCodec(segment_model).decode(data)


@pytest.mark.parametrize(
    "changes",
    [
        {"bitrate": 1000},
        {"effort": 1},
        {"search": SearchConfig("annealing", None, 3)},
        {"coder": "huffman"},
        {"model": "other"},
        {"model": "settings"},
    ],
    ids=str,
)
def test_each_setting_is_a_part_of_the_recipe(
    sequence_model: SequenceModel, other_sequence_model: SequenceModel, changes: dict[str, Any]
) -> None:
    models = {"other": other_sequence_model}
    models["settings"] = replace(sequence_model, trade=Trade(0.4, 0.005))
    changes = changes | ({"model": models[changes["model"]]} if "model" in changes else {})
    codec = GacCodec(sequence_model, 2000)
    assert replace(codec, **changes).recipe != codec.recipe


def test_code_and_libraries_are_parts_of_the_recipe(
    sequence_model: SequenceModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    codec = GacCodec(sequence_model, 2000)
    before = codec.recipe
    monkeypatch.setattr(gac, "code_digest", lambda *parts: " ".join(parts))
    assert codec.recipe != before
    assert {"codec", "entropy", "networks", "signal"} <= set(codec.recipe["code"].split())
    monkeypatch.undo()
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"another {name}")
    assert codec.recipe != before
