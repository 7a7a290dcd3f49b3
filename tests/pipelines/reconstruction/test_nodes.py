"""Which files are decoded, and what becomes of those that cannot be."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gan_audio_compression.codec.coding import Coding
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.receiver import decode_file
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.sender import encode_speech
from gan_audio_compression.pipelines.loops import ComputeParameters
from gan_audio_compression.pipelines.reconstruction.nodes import reconstruct_utterances

INLINE = ComputeParameters(executor="inline", workers=1)
ENCODER_ONLY = Coding(SearchConfig("encoder_only"))


@pytest.fixture
def files(codec_model: CodecModel, make_speech: Any) -> dict[str, bytes]:
    return {
        id: encode_speech(codec_model, make_speech(n, n), 50, ENCODER_ONLY).data
        for id, n in {"a": 5000, "b": 6000, "c": 7000}.items()
    }


@pytest.fixture
def reconstruct(codec_model: CodecModel, run_loop: Callable[..., Any]) -> Callable[..., Any]:
    def run(files: dict[str, bytes], so_far: dict[str, Any] | None = None) -> Any:
        loaders = {id: lambda data=data: data for id, data in files.items()}
        return run_loop(reconstruct_utterances(loaders, codec_model, INLINE, so_far or {}))

    return run


def test_files_give_log_mels_and_speech(
    reconstruct: Callable[..., Any], files: dict[str, bytes], codec_model: CodecModel
) -> None:
    done = reconstruct(files)
    log_mels, speech = done.partitions
    assert list(log_mels) == list(speech) == ["a", "b", "c"]
    for id, data in files.items():
        decoded = decode_file(codec_model, data)
        assert np.array_equal(speech[id], decoded.speech)
        assert np.array_equal(log_mels[id], decoded.log_mel)
    assert done.table["seconds"].tolist() == [5000 / 16_000, 6000 / 16_000, 7000 / 16_000]


def test_files_of_other_models_are_left_alone(
    reconstruct: Callable[..., Any], files: dict[str, bytes], make_model: Any, make_speech: Any
) -> None:
    other = make_model(1)
    files["b"] = encode_speech(other, make_speech(900, 0), 50, ENCODER_ONLY).data
    done = reconstruct(files)
    assert set(done.partitions[1]) == set(done.records) == {"a", "c"}
    assert done.table["error"].isna().all()


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (lambda data: data[:-1], "Error"),
        (lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:], "CorruptError"),
        (lambda data: b"", "NotGacError"),
        (lambda data: b"RIFF" + data, "NotGacError"),
    ],
)
def test_a_damaged_file_is_recorded_and_the_rest_is_decoded(
    reconstruct: Callable[..., Any],
    files: dict[str, bytes],
    damage: Callable[[bytes], bytes],
    error: str,
) -> None:
    files["b"] = damage(files["b"])
    done = reconstruct(files)
    assert set(done.partitions[1]) == {"a", "c"}
    assert done.records["b"]["error"].partition(":")[0].endswith(error)
    assert done.table["id"].tolist() == ["a", "b", "c"]


def test_what_is_done_is_not_done_again(
    reconstruct: Callable[..., Any], files: dict[str, bytes]
) -> None:
    first = reconstruct({**files, "b": b"damaged"})
    second = reconstruct({**files, "c": files["a"]}, first.records)
    assert set(second.partitions[1]) == {"b", "c"}
    third = reconstruct({**files, "c": files["a"]}, second.records)
    assert third.partitions == ({}, {})
    assert third.records == second.records


def test_no_file_of_this_model_closes_an_empty_log(
    reconstruct: Callable[..., Any], make_model: Any, make_speech: Any
) -> None:
    other = make_model(1)
    data = encode_speech(other, make_speech(900, 0), 50, ENCODER_ONLY).data
    done = reconstruct({"a": data})
    assert done.partitions == ({}, {})
    assert done.table.empty
