"""States of the AMR libraries are freed, whatever happens between."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gan_audio_compression.bench.amr_library import WIDE_BAND_ENCODER
from gan_audio_compression.bench.codec import CodecFailedError
from gan_audio_compression.bench.library import SharedLibrary


class FakeLibrary(dict[str, Any]):
    """A library whose coder fails on its second frame; records the states that it frees."""

    def __init__(self, address: int) -> None:
        self.freed: list[int | None] = []
        self.coded = 0

        def start() -> int:
            return address

        def end(state: Any) -> None:
            self.freed.append(state.value)

        super().__init__(E_IF_init=start, E_IF_encode=self._encode, E_IF_exit=end)

    def _encode(self, *arguments: Any) -> int:
        self.coded += 1
        if self.coded == 2:
            raise RuntimeError("interrupted")
        return 18


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[[FakeLibrary], None]:
    return lambda library: monkeypatch.setattr(SharedLibrary, "load", lambda self: library)


def test_the_state_is_freed_after_success_and_failure(
    install: Callable[[FakeLibrary], None],
) -> None:
    for frames in (1, 2):
        library = FakeLibrary(0x1234_5678_9ABC)
        install(library)
        try:
            list(WIDE_BAND_ENCODER.frames(np.zeros((frames, 320), np.int16), 0))
        except RuntimeError:
            assert frames == 2
        assert library.freed == [0x1234_5678_9ABC]


def test_a_library_without_a_state_is_not_called(install: Callable[[FakeLibrary], None]) -> None:
    library = FakeLibrary(0)
    install(library)
    with pytest.raises(CodecFailedError, match="does not start"):
        list(WIDE_BAND_ENCODER.frames(np.zeros((1, 320), np.int16), 0))
    assert library.coded == 0
    assert library.freed == []
