"""Which utterances are compressed, when again, and what the log says of it."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest

from gan_audio_compression.codec.container.chunk import Chunk
from gan_audio_compression.codec.container.reader import ContainerReader
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.receiver import decode_file
from gan_audio_compression.pipelines.compression.nodes import compress_utterances, join_search_logs
from gan_audio_compression.pipelines.compression.parameters import CodingParameters
from gan_audio_compression.pipelines.loops import ComputeParameters

INLINE = ComputeParameters(executor="inline", workers=1)
PROCESSES = ComputeParameters(executor="processes", workers=1)
LENGTHS = {"learnt": 5000, "tuned": 6000, "heard": 20_000, "unheard": 7000}
MANIFEST = pd.DataFrame(
    {
        "id": list(LENGTHS),
        "key": [f"key of {id}" for id in LENGTHS],
        "split": ["train", "validation", "test", "test"],
        "error": [None, None, None, "SilentAudioError: nothing"],
        "seconds": [length / 16_000 for length in LENGTHS.values()],
        "level_code": [40.0, 50.0, 60.0, float("nan")],
    }
)


def coding(coder: str = "arithmetic", **search: Any) -> CodingParameters:
    search = {"strategy": "back_propagation", "iterations": 2, "step": 20.0} | search
    return CodingParameters.model_validate({"search": search, "coder": coder})


@pytest.fixture
def speech(make_speech: Any) -> dict[str, Callable[[], Any]]:
    def loader(length: int) -> Callable[[], Any]:
        return lambda: make_speech(length, length)

    return {id: loader(length) for id, length in LENGTHS.items() if id != "unheard"}


@pytest.fixture
def compress(
    speech: dict[str, Any], codec_model: CodecModel, run_loop: Callable[..., Any]
) -> Callable[..., Any]:
    def run(
        so_far: Mapping[str, Any] | None = None,
        manifest: pd.DataFrame = MANIFEST,
        model: CodecModel = codec_model,
        how: CodingParameters | None = None,
        compute: ComputeParameters = INLINE,
    ) -> Any:
        return run_loop(
            compress_utterances(speech, manifest, model, how or coding(), compute, so_far or {})
        )

    return run


def test_readable_speech_of_validation_and_test_is_compressed(
    compress: Callable[..., Any], codec_model: CodecModel
) -> None:
    done = compress()
    (files,) = done.partitions
    assert list(files) == ["tuned", "heard"]
    for id, level_code in {"tuned": 50, "heard": 60}.items():
        (chunk,) = ContainerReader(io.BytesIO(files[id])).chunks()
        assert isinstance(chunk, Chunk)
        assert chunk.total == LENGTHS[id]
        # The level is corrected for what the generator loses, by at most 12 dB.
        assert abs(chunk.level_code - level_code) <= 24
        assert len(decode_file(codec_model, files[id]).speech) == LENGTHS[id]
        row = done.records[id]
        assert row["file_bits"] == 8 * len(files[id])
        assert row["payload_bits"] == 8 * len(chunk.payload)
        assert row["ideal_bits"] == pytest.approx(row["payload_bits"], rel=0.01, abs=32)
        assert row["objective"] <= row["start_objective"]
        assert row["speech_seconds"] == LENGTHS[id] / 16_000
    assert [row["split"] for row in done.records.values()] == ["validation", "test"]


def test_what_is_done_is_not_done_again(compress: Callable[..., Any]) -> None:
    first = compress()
    second = compress(first.records)
    assert second.partitions == ({},)
    pd.testing.assert_frame_equal(second.table, first.table)


@pytest.mark.parametrize("how", [coding(iterations=3), coding(step=21.0), coding("huffman")])
def test_another_search_or_coder_does_it_again(
    compress: Callable[..., Any], how: CodingParameters
) -> None:
    first = compress()
    assert set(compress(first.records, how=how).partitions[0]) == {"tuned", "heard"}


def test_another_model_does_it_again(compress: Callable[..., Any], make_model: Any) -> None:
    first = compress()
    again = compress(first.records, model=make_model(1))
    assert set(again.partitions[0]) == {"tuned", "heard"}


def test_another_recording_is_done_again_alone(compress: Callable[..., Any]) -> None:
    first = compress()
    changed = MANIFEST.assign(key=["-", "key of tuned", "another", "-"])
    assert set(compress(first.records, changed).partitions[0]) == {"heard"}


def test_speech_that_is_missing_is_a_row_with_an_error(
    compress: Callable[..., Any], speech: dict[str, Any]
) -> None:
    del speech["tuned"]
    done = compress()
    assert set(done.partitions[0]) == {"heard"}
    assert "tuned" in done.records["tuned"]["error"]


def test_processes_give_the_same(compress: Callable[..., Any]) -> None:
    inline, processes = compress(), compress(compute=PROCESSES)
    assert inline.partitions == processes.partitions
    pd.testing.assert_frame_equal(
        inline.table.drop(columns="compute_seconds"),
        processes.table.drop(columns="compute_seconds"),
    )


def log(split: list[str], objective: list[float], **columns: Any) -> pd.DataFrame:
    count = len(split)
    usual = {
        "id": [f"u{n}" for n in range(count)],
        "split": split,
        "objective": objective,
        "start_objective": [2.0 * value for value in objective],
        "error": [None] * count,
        "compute_seconds": [1.0] * count,
        "speech_seconds": [1.0] * count,
        "file_bits": [1500.0] * count,
    }
    return pd.DataFrame(usual | columns)


@pytest.fixture(scope="module")
def joined() -> Any:
    bpgan = log(
        ["test", "test", "test", "validation"],
        [1.0, 5.0, 100.0, 7.0],
        error=[None, None, "WorkerDiedError: killed", None],
        compute_seconds=[6.0, 2.0, 50.0, 3.0],
        speech_seconds=[3.0, 1.0, 9.0, 2.0],
        file_bits=[3000.0, 5000.0, None, 4000.0],
    )
    return join_search_logs(bpgan=bpgan, encoder_only=log(["test"], [8.0]))


def test_logs_of_all_systems_are_joined(joined: Any) -> None:
    table, _, _ = joined
    assert table["system"].tolist() == ["bpgan"] * 4 + ["encoder_only"]


def test_means_are_weighted_by_length_and_kept_apart(joined: Any) -> None:
    _, summary, metrics = joined
    row = summary.set_index(["split", "system"]).loc[("test", "bpgan")]
    assert row["utterances"] == 2
    assert (row["objective"], row["start_objective"]) == (2.0, 4.0)
    # 8000 bits in 4 s, not the mean of two rates.
    assert (row["kbit_s"], row["seconds_per_second"]) == (2.0, 2.0)
    assert {name: metric["value"] for name, metric in metrics.items()} == {
        "test.bpgan.objective": 2.0,
        "test.bpgan.seconds_per_second": 2.0,
        "validation.bpgan.objective": 7.0,
        "validation.bpgan.seconds_per_second": 1.5,
        "test.encoder_only.objective": 8.0,
        "test.encoder_only.seconds_per_second": 1.0,
    }
