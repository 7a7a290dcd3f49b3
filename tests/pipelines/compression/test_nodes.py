"""Which utterances are coded by which codec, when again, and what the log says of it."""

import io
import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.bench.entries import Bench
from gan_audio_compression.bench.transform.codec import TransformCodec
from gan_audio_compression.codec.container.chunk import Chunk
from gan_audio_compression.codec.container.reader import ContainerReader
from gan_audio_compression.codec.receiver import decode_file
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.compute.parameters import ComputeParameters
from gan_audio_compression.pipelines.compression import nodes
from gan_audio_compression.signal.level import restore_level
from tests.pipelines.engines import INLINE, PROCESSES
from tests.pipelines.toys import toy_entry

LENGTHS = {"learnt": 5000, "tuned": 6000, "heard": 20_000, "unheard": 7000}
MANIFEST = pd.DataFrame(
    {
        "id": list(LENGTHS),
        "key": [f"key of {id}" for id in LENGTHS],
        "split": ["train", "validation", "test", "test"],
        "error": [None, None, None, "SilentAudioError: nothing"],
        "seconds": [length / 16_000 for length in LENGTHS.values()],
        "level_code": [52.0, 52.0, 72.0, math.nan],
    }
)


def segment_entry(coder: str = "arithmetic", **search: Any) -> dict[str, Any]:
    search = {"strategy": "back_propagation", "iterations": 2, "step": 20.0} | search
    kind = "gan_audio_compression.bench.gac.GacCodec"
    codec = {"type": kind, "search": search, "coder": coder}
    return {"label": "Ours", "nominal_kbit_s": 2, "model": "segment_model", "codec": codec}


USUAL = {"ours": segment_entry(), "toy": toy_entry()}


def power_db(wave: np.ndarray) -> float:
    return float(10 * np.log10(np.square(wave, dtype=np.float64).mean()))


@pytest.fixture
def speech(make_speech: Any) -> dict[str, Callable[[], Any]]:
    lengths = {id: length for id, length in LENGTHS.items() if id != "unheard"}
    return {id: partial(make_speech, length, length) for id, length in lengths.items()}


@pytest.fixture
def compress(
    speech: dict[str, Any], segment_model: SegmentModel, run_loop: Callable[..., Any]
) -> Callable[..., Any]:
    def run(
        so_far: Mapping[str, Any] | None = None,
        entries: Mapping[str, Any] = USUAL,
        manifest: pd.DataFrame = MANIFEST,
        model: SegmentModel = segment_model,
        compute: ComputeParameters = INLINE,
    ) -> Any:
        bench = Bench.model_validate(entries)
        saved = nodes.compress_utterances(
            speech, manifest, bench, compute, so_far or {}, segment_model=model
        )
        return run_loop(saved)

    return run


def test_readable_speech_of_validation_and_test_is_coded_by_each_codec(
    compress: Callable[..., Any], segment_model: SegmentModel, speech: dict[str, Any]
) -> None:
    done = compress()
    (files,) = done.partitions
    assert list(files) == ["ours/tuned.gac", "ours/heard.gac", "toy/tuned.toy", "toy/heard.toy"]
    for id, level_code in {"tuned": 52, "heard": 72}.items():
        data = files[f"ours/{id}.gac"]
        (chunk,) = ContainerReader(io.BytesIO(data)).chunks()
        assert isinstance(chunk, Chunk)
        assert chunk.total == LENGTHS[id]
        decoded = decode_file(segment_model, data).speech
        assert len(decoded) == LENGTHS[id]
        spoken = restore_level(speech[id](), level_code)
        assert power_db(decoded) == pytest.approx(power_db(spoken), abs=0.5)
        row = done.records[f"ours/{id}"]
        assert (row["system"], row["utterance"]) == ("ours", id)
        assert row["file_bits"] == 8 * len(data)
        assert row["payload_bits"] == 8 * len(chunk.payload)
        assert row["ideal_bits"] == pytest.approx(row["payload_bits"], rel=0.01, abs=32)
        assert row["objective"] <= row["start_objective"]
        assert row["speech_seconds"] == LENGTHS[id] / 16_000
    assert [row["split"] for row in done.records.values()] == ["validation", "test"] * 2


def test_each_codec_gets_speech_at_the_speakers_level(
    compress: Callable[..., Any], speech: dict[str, Any]
) -> None:
    loudest = {
        id: compress().records[f"toy/{id}"]["loudest"] / np.abs(speech[id]()).max()
        for id in ("tuned", "heard")
    }
    # Level codes 52 and 72 stand for -26 and -36 dB; speech is kept at -26.
    assert loudest == {"tuned": pytest.approx(1), "heard": pytest.approx(10 ** (-10 / 20))}


def test_what_is_done_is_not_done_again(compress: Callable[..., Any]) -> None:
    first = compress()
    second = compress(first.records)
    assert second.partitions == ({},)
    pd.testing.assert_frame_equal(second.table, first.table)


@pytest.mark.parametrize(
    "entry",
    [segment_entry(iterations=3), segment_entry(step=21.0), segment_entry("huffman")],
    ids=["iterations", "step", "coder"],
)
def test_another_search_or_coder_does_it_again_for_that_codec_alone(
    compress: Callable[..., Any], entry: dict[str, Any]
) -> None:
    first = compress()
    again = compress(first.records, USUAL | {"ours": entry})
    assert set(again.partitions[0]) == {"ours/tuned.gac", "ours/heard.gac"}


def test_another_model_does_it_again(compress: Callable[..., Any], make_model: Any) -> None:
    again = compress(compress().records, model=make_model(1))
    assert set(again.partitions[0]) == {"ours/tuned.gac", "ours/heard.gac"}


def test_another_recording_is_done_again_alone(compress: Callable[..., Any]) -> None:
    changed = MANIFEST.assign(key=["-", "key of tuned", "another", "-"])
    again = compress(compress().records, manifest=changed)
    assert set(again.partitions[0]) == {"ours/heard.gac", "toy/heard.toy"}


def test_speech_that_is_missing_is_a_row_with_an_error(
    compress: Callable[..., Any], speech: dict[str, Any]
) -> None:
    del speech["tuned"]
    done = compress()
    assert set(done.partitions[0]) == {"ours/heard.gac", "toy/heard.toy"}
    assert "tuned" in done.records["ours/tuned"]["error"]


def test_a_codec_that_is_not_there_is_rows_that_say_so_and_is_tried_again(
    compress: Callable[..., Any],
) -> None:
    missing = compress(entries=USUAL | {"toy": toy_entry(installed=False)})
    assert set(missing.partitions[0]) == {"ours/tuned.gac", "ours/heard.gac"}
    rows = missing.table[missing.table["system"] == "toy"]
    assert rows["id"].tolist() == ["toy/tuned", "toy/heard"]
    assert set(rows["error"]) == {"toy is not installed; install it."}
    assert set(rows["how_to_get"]) == {"made for this test"}
    records = {row["id"]: row for row in missing.table.to_dict("records")}
    assert set(compress(records).partitions[0]) == {"toy/tuned.toy", "toy/heard.toy"}


def test_processes_give_the_same(compress: Callable[..., Any]) -> None:
    entries = {"ours": segment_entry()}
    inline, processes = compress(entries=entries), compress(entries=entries, compute=PROCESSES)
    assert inline.partitions == processes.partitions
    pd.testing.assert_frame_equal(
        inline.table.drop(columns="compute_seconds"),
        processes.table.drop(columns="compute_seconds"),
    )


def test_the_transform_codec_learns_from_training_speech_alone() -> None:
    refuse = partial(pytest.fail, "the transform codec may not look at this utterance")
    mel = -10 * np.random.default_rng(0).random((200, 128), dtype=np.float32)
    mels: dict[str, Any] = {
        "learnt": lambda: mel,
        "tuned": refuse,
        "heard": refuse,
        "unheard": refuse,
    }
    model = nodes.fit_transform_model(mels, MANIFEST)
    np.testing.assert_allclose(model.mean, 64 * np.exp(mel / 4).mean(0), rtol=1e-5)
    assert model.digest == TransformCodec(model, 2000).recipe["model"]


def log(system: str, split: list[str], objective: list[Any], **columns: Any) -> pd.DataFrame:
    count = len(split)
    usual = {
        "system": system,
        "split": split,
        "objective": objective,
        "start_objective": [None if value is None else 2.0 * value for value in objective],
        "error": [None] * count,
        "compute_seconds": [1.0] * count,
        "speech_seconds": [1.0] * count,
        "file_bits": [1500.0] * count,
    }
    return pd.DataFrame(usual | columns)


def test_codecs_without_a_search_have_no_means() -> None:
    alone = log("opus", ["test"], [None]).drop(columns=["objective", "start_objective"])
    summary, metrics = nodes.summarise_searches(alone)
    assert summary.empty and {"system", "objective"} <= set(summary)
    assert metrics == {}


def test_means_of_searches_are_weighted_by_length_and_kept_apart() -> None:
    bpgan = log(
        "bpgan",
        ["test", "test", "test", "validation"],
        [1.0, 5.0, 100.0, 7.0],
        error=[None, None, "WorkerDiedError: killed", None],
        compute_seconds=[6.0, 2.0, 50.0, 3.0],
        speech_seconds=[3.0, 1.0, 9.0, 2.0],
        file_bits=[3000.0, 5000.0, None, 4000.0],
    )
    others = [log("encoder_only", ["test"], [8.0]), log("opus", ["test"], [None])]
    summary, metrics = nodes.summarise_searches(pd.concat([bpgan, *others], ignore_index=True))
    row: Any = summary.set_index(["split", "system"]).loc[("test", "bpgan")]
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
