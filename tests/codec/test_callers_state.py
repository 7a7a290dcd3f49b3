"""What a program has told PyTorch changes nothing of the codec, and the codec nothing of that."""

import contextlib
import io
import pickle
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import pytest
import torch
from threadpoolctl import ThreadpoolController, threadpool_info

from gan_audio_compression.codec.codec import Codec
from gan_audio_compression.codec.container.errors import BitstreamError
from gan_audio_compression.codec.search.errors import BitrateTooLowError
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.signal.own_state import own_state

pytestmark = pytest.mark.usefixtures("rough_phase")

RATE = 16_000


@contextlib.contextmanager
def put(setter: Callable[[Any], object], value: object, before: object) -> Iterator[None]:
    """Set a value, and afterwards the one from before."""
    setter(value)
    try:
        yield
    finally:
        setter(before)


@contextlib.contextmanager
def warnings_are_errors() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@contextlib.contextmanager
def everything() -> Iterator[None]:
    """Hold all other states at once."""
    with contextlib.ExitStack() as stack:
        for name, state in STATES.items():
            if state is not everything and name != "default type bfloat16":
                stack.enter_context(state())
        yield


STATES: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "no gradients": torch.no_grad,
    "inference": torch.inference_mode,
    "default type float64": lambda: put(torch.set_default_dtype, torch.float64, torch.float32),
    "default type bfloat16": lambda: put(torch.set_default_dtype, torch.bfloat16, torch.float32),
    "default device": lambda: put(torch.set_default_device, "meta", None),
    "device within": lambda: torch.device("meta"),
    "deterministic": lambda: put(torch.use_deterministic_algorithms, True, False),
    "autocast": lambda: torch.autocast("cpu", torch.bfloat16),
    "anomalies": lambda: torch.autograd.set_detect_anomaly(True, check_nan=False),
    "two threads": lambda: put(torch.set_num_threads, 2, torch.get_num_threads()),
    "errors of numpy": lambda: np.errstate(all="raise"),
    "warnings": warnings_are_errors,
    "everything": everything,
}


def state() -> tuple[Any, ...]:
    """Return what a caller sees of PyTorch and numpy in its thread."""
    return (
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.get_default_dtype(),
        torch.get_default_device(),
        torch.get_deterministic_debug_mode(),
        torch.is_anomaly_enabled(),
        torch.is_anomaly_check_nan_enabled(),
        torch.is_autocast_enabled("cpu"),
        torch.is_autocast_enabled("cuda"),
        torch.get_autocast_dtype("cpu"),
        torch.get_num_threads(),
        torch.get_rng_state().numpy().tobytes(),
        pickle.dumps(np.random.get_state()),
        np.geterr(),
    )


def forget_tables() -> None:
    """Let all that is kept for later calls be made again, as in a new process."""
    for name, module in list(sys.modules.items()):
        if name.startswith("gan_audio_compression"):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def results(codec: Codec, speech: np.ndarray) -> list[bytes]:
    """Return the files of no search and of one, and what the one decodes to."""
    alone, searched = (codec.encode(speech, RATE, effort=effort) for effort in (0, 1))
    return [alone, searched, codec.decode(searched)[0].tobytes()]


@pytest.fixture(scope="module")
def speech(make_speech: Any) -> np.ndarray:
    return np.asarray(0.3 * make_speech(RATE // 2, 0))


@pytest.fixture(scope="module")
def codec(sequence_model: SequenceModel) -> Codec:
    return Codec(sequence_model)


@pytest.fixture(scope="module")
def segment_codec(segment_model: SegmentModel) -> Codec:
    return Codec(segment_model)


@pytest.fixture(scope="module")
def plain(codec: Codec, speech: np.ndarray) -> list[bytes]:
    return results(codec, speech)


@pytest.mark.parametrize("name", STATES)
def test_a_state_changes_nothing_and_is_not_changed(
    codec: Codec, speech: np.ndarray, plain: list[bytes], tmp_path: Path, name: str
) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(codec.model.to_bytes())
    forget_tables()
    with STATES[name]():
        before = state()
        loaded = Codec.load(path)
        within = results(loaded, speech)
        assert state() == before
    assert within == plain
    # What was made there serves everywhere.
    assert loaded.encode(speech, RATE, effort=1) == plain[1]


def test_the_segment_codec_does_not_mind_either(segment_codec: Codec, speech: np.ndarray) -> None:
    expected = segment_codec.encode(speech, RATE, effort=1, bitrate=1500)
    forget_tables()
    with everything():
        before = state()
        copy = pickle.loads(pickle.dumps(segment_codec))
        assert copy.encode(speech, RATE, effort=1, bitrate=1500) == expected
        samples, _ = copy.decode(expected)
        assert state() == before
    assert np.array_equal(samples, segment_codec.decode(expected)[0])
    assert copy.encode(speech, RATE, effort=1, bitrate=1500) == expected


@pytest.mark.parametrize("name", ["no gradients", "everything"])
def test_the_callers_code_runs_in_its_own_state(codec: Codec, make_speech: Any, name: str) -> None:
    live = 0.3 * make_speech(5 * RATE, 1)
    seen: list[bool] = []

    class Watched(io.BytesIO):
        def write(self, data: Any) -> int:
            seen.append(state() == before)
            return super().write(data)

        def read(self, size: int | None = -1) -> bytes:
            seen.append(state() == before)
            return super().read(size)

    def blocks() -> Iterator[np.ndarray]:
        for block in np.split(live, 5):
            seen.append(state() == before)
            yield block

    with STATES[name]():
        before = state()
        file = Watched()
        codec.encode_blocks(blocks(), RATE, file, effort=0)
        assert len(seen) > 5 + 2
        file.seek(0)
        decoded, _ = codec.decode_blocks(cast(BinaryIO, file))
        for _ in decoded:
            seen.append(state() == before)
    assert all(seen)


def test_gradients_that_blocks_leave_off_do_not_matter(codec: Codec, make_speech: Any) -> None:
    live = 0.3 * make_speech(5 * RATE, 1)

    def blocks() -> Iterator[np.ndarray]:
        with torch.inference_mode():
            yield from np.split(live, 5)

    files = [io.BytesIO(), io.BytesIO()]
    codec.encode_blocks(np.split(live, 5), RATE, files[0], effort=1)
    codec.encode_blocks(blocks(), RATE, files[1], effort=1)
    assert files[0].getvalue() == files[1].getvalue()


def test_the_state_is_back_after_an_error(codec: Codec, speech: np.ndarray) -> None:
    damaged = bytearray(codec.encode(speech, RATE, effort=0))
    damaged[-1] ^= 1
    with everything():
        before = state()
        with pytest.raises(BitrateTooLowError):
            codec.encode(speech, RATE, bitrate=100)
        assert state() == before
        with pytest.raises(BitstreamError):
            codec.decode(bytes(damaged))
        assert state() == before


def test_the_state_is_back_after_an_interrupt(codec: Codec, speech: np.ndarray) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    interrupted = Codec(codec.model.to("cpu"))
    assert isinstance(interrupted.model, SequenceModel)
    interrupted.model.tensors.generator.register_forward_hook(interrupt)
    with everything():
        before = state()
        with pytest.raises(KeyboardInterrupt):
            interrupted.encode(speech, RATE, effort=1)
        assert state() == before


@pytest.mark.parametrize("name", ["two threads", "default type float64"])
def test_threads_may_use_one_codec_at_once(
    sequence_model: SequenceModel, speech: np.ndarray, plain: list[bytes], name: str
) -> None:
    forget_tables()
    fresh = Codec(sequence_model.to("cpu"))
    with STATES[name](), ThreadPoolExecutor(3) as pool:
        before = state()
        done = list(pool.map(lambda _: results(fresh, speech), range(6)))
        assert state() == before
    assert done == [plain] * 6


def blas_threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_numpys_products_have_one_thread_until_the_last_has_left() -> None:
    first, second = own_state(), own_state()
    with ThreadpoolController().limit(limits=2, user_api="blas"):
        first.__enter__()
        second.__enter__()
        assert blas_threads() == {1}
        first.__exit__(None, None, None)
        assert blas_threads() == {1}
        second.__exit__(None, None, None)
        assert blas_threads() == {2}
