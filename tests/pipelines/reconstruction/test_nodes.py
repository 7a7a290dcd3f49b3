"""Which files are decoded, and what becomes of those that cannot be."""

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.bench.entries import Bench, open_codecs
from gan_audio_compression.bench.gac import GacCodec
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.pipelines.reconstruction.nodes import reconstruct_utterances
from tests.pipelines.engines import INLINE
from tests.pipelines.toys import toy_entry

OURS = {
    "label": "Ours",
    "nominal_kbit_s": 2,
    "model": "segment_model",
    "codec": {"type": "gan_audio_compression.bench.gac.GacCodec"},
}
USUAL = {"ours": OURS, "toy": toy_entry()}


@pytest.fixture
def files(segment_model: SegmentModel, make_speech: Any) -> dict[str, bytes]:
    codecs = open_codecs(Bench.model_validate(USUAL), {"segment_model": segment_model})
    return {
        f"{key}/{id}{codec.suffix}": codec.encode(make_speech(n, n)).data
        for key, codec in codecs.items()
        for id, n in {"a": 5000, "b": 6000}.items()
    }


@pytest.fixture
def reconstruct(segment_model: SegmentModel, run_loop: Callable[..., Any]) -> Callable[..., Any]:
    def run(
        files: dict[str, bytes],
        so_far: dict[str, Any] | None = None,
        entries: dict[str, Any] = USUAL,
        model: SegmentModel = segment_model,
    ) -> Any:
        loaders = {id: lambda data=data: data for id, data in files.items()}
        bench = Bench.model_validate(entries)
        done = so_far or {}
        saved = reconstruct_utterances(
            loaders, log_of(files), bench, INLINE, done, segment_model=model
        )
        return run_loop(saved)

    return run


def log_of(files: dict[str, bytes]) -> pd.DataFrame:
    """What compression says of the files."""
    rows: list[dict[str, Any]] = []
    for name, data in files.items():
        id = name.rpartition(".")[0]
        system, _, utterance = id.partition("/")
        digest = hashlib.sha256(data).hexdigest()
        about = {"id": id, "system": system, "utterance": utterance, "error": None}
        rows.append({**about, "file_sha256": digest})
    return pd.DataFrame(rows, columns=["id", "system", "utterance", "error", "file_sha256"])


def test_files_give_speech_and_log_mels_where_the_codec_has_them(
    reconstruct: Callable[..., Any], files: dict[str, bytes], segment_model: SegmentModel
) -> None:
    done = reconstruct(files)
    log_mels, speech = done.partitions
    assert list(speech) == ["ours/a", "ours/b", "toy/a", "toy/b"]
    assert list(log_mels) == ["ours/a", "ours/b"]
    decoded = GacCodec(segment_model).decode(files["ours/a.gac"])
    assert np.array_equal(speech["ours/a"], decoded.speech)
    np.testing.assert_array_equal(log_mels["ours/a"], decoded.log_mel)
    row = done.records["toy/b"]
    assert (row["system"], row["utterance"], row["error"]) == ("toy", "b", None)
    assert row["file_sha256"] == hashlib.sha256(files["toy/b.toy"]).hexdigest()


def test_files_of_codecs_that_left_the_bench_are_left_alone(
    reconstruct: Callable[..., Any], files: dict[str, bytes]
) -> None:
    absent = {"ours": OURS, "toy": toy_entry(installed=False)}
    for entries in ({"ours": OURS}, absent):
        done = reconstruct({**files, "gone/a.mp3": b""}, entries=entries)
        assert set(done.partitions[1]) == set(done.records) == {"ours/a", "ours/b"}
        assert done.table["error"].isna().all()


def test_a_file_of_another_model_is_a_row_that_says_so(
    reconstruct: Callable[..., Any], files: dict[str, bytes], make_model: Any, make_speech: Any
) -> None:
    files["ours/b.gac"] = GacCodec(make_model(1)).encode(make_speech(900, 0)).data
    done = reconstruct(files)
    assert "OtherModelError" in done.records["ours/b"]["error"]
    assert set(done.partitions[1]) == {"ours/a", "toy/a", "toy/b"}


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
    files["ours/b.gac"] = damage(files["ours/b.gac"])
    done = reconstruct(files)
    assert set(done.partitions[1]) == {"ours/a", "toy/a", "toy/b"}
    assert done.records["ours/b"]["error"].partition(":")[0].endswith(error)


def test_what_is_done_is_not_done_again(
    reconstruct: Callable[..., Any], files: dict[str, bytes], make_model: Any
) -> None:
    first = reconstruct({**files, "ours/b.gac": b"damaged"})
    changed = {**files, "toy/b.toy": files["toy/a.toy"]}
    second = reconstruct(changed, first.records)
    assert set(second.partitions[1]) == {"ours/b", "toy/b"}
    third = reconstruct(changed, second.records)
    assert third.partitions == ({}, {})
    assert third.records == second.records
    other_settings = USUAL | {"toy": toy_entry(delay=81)}
    again = reconstruct(changed, third.records, entries=other_settings)
    assert set(again.partitions[1]) == {"toy/a", "toy/b"}


def test_a_file_that_has_gone_is_a_row_that_says_so(
    reconstruct: Callable[..., Any], run_loop: Callable[..., Any], files: dict[str, bytes]
) -> None:
    log = log_of(files)
    toys = {"toy/a.toy": lambda: files["toy/a.toy"]}
    bench = Bench.model_validate({"toy": toy_entry()})
    done = run_loop(reconstruct_utterances(toys, log, bench, INLINE, {}))
    assert set(done.partitions[1]) == {"toy/a"}
    assert "toy/b.toy has gone since it was made" in done.records["toy/b"]["error"]


def test_no_file_closes_an_empty_log(reconstruct: Callable[..., Any]) -> None:
    done = reconstruct({})
    assert done.partitions == ({}, {})
    assert done.table.empty
