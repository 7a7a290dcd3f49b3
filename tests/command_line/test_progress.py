"""A bar where a terminal sees it, and lines beside it."""

import io

import pytest

from gan_audio_compression.command_line.progress import progress, write_line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    for number in progress(iter(range(3)), 3, "file", hidden=False):
        write_line(f"line {number}")
    parts = terminal.getvalue().split("\r")
    assert any("0/3" in part for part in parts)
    # Each line begins where the bar did, and ends before it comes again.
    assert [part for part in parts if "line" in part] == [f"line {n}\n" for n in range(3)]


@pytest.mark.parametrize(("stream", "hidden"), [(Terminal(), True), (io.StringIO(), False)])
def test_else_there_is_none(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, hidden: bool
) -> None:
    monkeypatch.setattr("sys.stderr", stream)
    assert list(progress(range(3), 3, "file", hidden)) == [0, 1, 2]
    assert stream.getvalue() == ""
