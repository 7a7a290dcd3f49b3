"""Coding with the codecs of the bench: what is coded, what is logged, what a missing one does."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.baselines.codec import CodecMissingError, Wave
from gan_audio_compression.pipelines.evaluation.nodes import baselines as nodes
from gan_audio_compression.pipelines.evaluation.parameters import RateParameters
from gan_audio_compression.pipelines.loops import ComputeParameters

INLINE = ComputeParameters(executor="inline", workers=1)
SAMPLES = 16_000
MANIFEST = pd.DataFrame(
    {
        "id": ["a", "b", "t", "x"],
        "key": ["ka", "kb", "kt", "kx"],
        "split": ["test", "validation", "train", "test"],
        "error": [None, None, None, "SilentAudioError: nothing"],
        "seconds": [1.0, 1.0, 1.0, math.nan],
        "level_code": [52.0, 72.0, 52.0, math.nan],
    }
)


@dataclass(frozen=True)
class Late:
    """A codec of 16-bit samples that comes late by 5 ms and has a header of 4 bytes."""

    installed: bool = True
    delay: int = 80
    suffix: str = ".late"
    nominal_kbit_s: float = 256.0
    how_to_get: str = "made for this test"

    def version(self) -> str:
        if not self.installed:
            raise CodecMissingError("late is not installed; install it.")
        return "late 1"

    def encode(self, speech: Wave) -> bytes:
        return b"LATE" + np.round(32767 * speech).astype("<i2").tobytes()

    def decode(self, data: bytes) -> Wave:
        speech = np.frombuffer(data[4:], "<i2").astype(np.float32) / 32767
        return np.concatenate([np.zeros(self.delay, np.float32), speech])

    def payload_bits(self, data: bytes) -> int:
        return 8 * (len(data) - 4)


@pytest.fixture
def speech(make_speech: Any) -> dict[str, Callable[[], Any]]:
    return {id: partial(make_speech, SAMPLES, seed) for seed, id in enumerate("abt")}


@pytest.fixture
def code(speech: dict[str, Any], run_loop: Callable[..., Any]) -> Callable[..., Any]:
    def run(codec: Any, so_far: dict[str, Any] | None = None, speech: Any = speech) -> Any:
        return run_loop(nodes.code_utterances(speech, MANIFEST, codec, INLINE, so_far or {}))

    return run


def test_validation_and_test_are_coded_at_the_speakers_level(
    code: Callable[..., Any], speech: dict[str, Any]
) -> None:
    done = code(Late())
    files, decoded = done.partitions
    assert set(files) == {"a.late", "b.late"}
    assert set(decoded) == {"a", "b"}
    # Level codes 52 and 72 stand for -26 and -36 dB; speech is kept at -26.
    expected = 10 ** (-10 / 20) * speech["b"]()
    assert len(decoded["b"]) == SAMPLES
    assert np.square(decoded["b"]).sum() == pytest.approx(np.square(expected).sum(), rel=0.02)
    # The delay is found to a fraction of a millisecond.
    assert np.corrcoef(decoded["b"], expected)[0, 1] > 0.9


def test_the_log_has_both_rates_the_delay_and_what_coded(code: Callable[..., Any]) -> None:
    row = code(Late()).records["a"]
    assert (row["file_bits"], row["payload_bits"]) == (8 * (4 + 2 * SAMPLES), 16 * SAMPLES)
    assert abs(row["delay_samples"] - 80) <= 2
    assert (row["split"], row["speech_seconds"], row["version"]) == ("test", 1.0, "late 1")


def test_what_is_coded_is_not_coded_again_unless_the_codec_changes(
    code: Callable[..., Any],
) -> None:
    def not_again() -> Any:
        raise AssertionError("loaded again")

    done = code(Late())
    gone = dict.fromkeys("ab", not_again)
    assert not code(Late(), done.records, gone).table["error"].notna().any()
    assert code(Late(delay=81), done.records, gone).table["error"].notna().all()


def test_a_missing_codec_is_a_log_that_says_so_and_is_tried_again(
    code: Callable[..., Any],
) -> None:
    missing = code(Late(installed=False))
    assert missing.partitions == ({}, {})
    assert missing.table["id"].tolist() == ["a", "b"]
    assert set(missing.table["error"]) == {"late is not installed; install it."}
    assert set(missing.table["how_to_get"]) == {"made for this test"}
    records = {row["id"]: row for row in missing.table.to_dict("records")}
    assert set(code(Late(), records).partitions[1]) == {"a", "b"}


def test_a_codec_that_fails_on_one_utterance_goes_on(
    code: Callable[..., Any], speech: dict[str, Any]
) -> None:
    def broken() -> Any:
        raise OSError("cannot be read")

    done = code(Late(), speech=speech | {"a": broken})
    assert "cannot be read" in done.records["a"]["error"]
    assert done.records["b"]["error"] is None


def test_the_transform_codec_learns_from_training_speech_alone() -> None:
    def refuse() -> Any:
        raise AssertionError("the transform codec may not look at this utterance")

    draw = np.random.default_rng(0)
    mels = {"t": lambda: -10 * draw.random((200, 128), dtype=np.float32), "a": refuse, "b": refuse}
    model = nodes.fit_transform_model(mels, MANIFEST)
    codec = nodes.open_transform(model, RateParameters(bitrate=2000))
    assert codec.nominal_kbit_s == 2.0
    assert model.digest in repr(codec)
