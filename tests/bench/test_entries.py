"""Entries of the bench: what they open, and what is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from gan_audio_compression.bench.entries import Bench, open_codecs
from gan_audio_compression.bench.gac import GacCodec
from gan_audio_compression.bench.opus import OpusCodec
from gan_audio_compression.codec.search.errors import SearchError
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.component import ComponentError

OURS = "gan_audio_compression.bench.gac.GacCodec"
OPUS = {
    "label": "Opus 9k",
    "nominal_kbit_s": 9,
    "codec": {"type": "gan_audio_compression.bench.opus.OpusCodec", "bitrate": 9000},
}


def entry(**changes: Any) -> dict[str, Any]:
    usual = {"label": "Ours", "nominal_kbit_s": 1.0, "codec": {"type": OURS, "bitrate": 1000}}
    return usual | changes


def test_codecs_are_opened_by_key_in_their_order(sequence_model: SequenceModel) -> None:
    bench = Bench.model_validate({"opus": OPUS, "ours": entry(model="sequence_model")})
    codecs = open_codecs(bench, {"sequence_model": sequence_model})
    assert codecs == {"opus": OpusCodec(9000), "ours": GacCodec(sequence_model, 1000)}
    assert list(codecs) == ["opus", "ours"]
    assert bench.labels() == {"opus": "Opus 9k", "ours": "Ours"}


def test_a_search_may_be_spelt_out(segment_model: Any) -> None:
    search = {"strategy": "admm", "objective": "perceptual", "iterations": 3}
    codec = {"type": OURS, "search": search, "coder": "huffman"}
    bench = Bench.model_validate({"ours": entry(model="m", codec=codec)})
    opened = open_codecs(bench, {"m": segment_model})["ours"]
    assert isinstance(opened, GacCodec)
    assert (opened.coding.search.objective, opened.coding.coder) == ("perceptual", "huffman")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"codec": {"type": OURS, "bitrate": "fast"}, "model": "m"}, "number"),
        ({"codec": {"type": OURS, "serch": 1}, "model": "m"}, "serch"),
        ({"codec": {"type": OURS}}, "model"),
        ({"codec": {"bitrate": 5}}, "dotted path"),
        ({"nominal_kbit_s": 0, "model": "m"}, "nominal_kbit_s"),
        ({"speed": 1, "model": "m"}, "speed"),
        ({"label": None, "model": "m"}, "label"),
    ],
)
def test_an_entry_that_is_wrong_is_refused_before_anything_runs(
    changes: dict[str, Any], fault: str
) -> None:
    with pytest.raises(ValidationError, match=fault):
        Bench.model_validate({"ours": entry(**changes)})


def test_a_model_that_is_not_there_is_named(sequence_model: SequenceModel) -> None:
    bench = Bench.model_validate({"ours": entry(model="gone")})
    with pytest.raises(ComponentError, match="model 'gone', which is none of sequence_model"):
        open_codecs(bench, {"sequence_model": sequence_model})


def test_what_the_class_itself_refuses_is_one_sentence(sequence_model: SequenceModel) -> None:
    bench = Bench.model_validate({"ours": entry(model="m", codec={"type": OURS, "effort": 10})})
    with pytest.raises(SearchError, match="effort 10"):
        open_codecs(bench, {"m": sequence_model})
