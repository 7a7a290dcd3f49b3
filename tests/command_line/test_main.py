"""The program: its start, its exit codes, and what becomes of errors that nobody foresaw."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gan_audio_compression import __version__
from gan_audio_compression.command_line import info

HEAVY = {"torch", "torchaudio", "kedro", "mlflow", "scipy", "pandas", "matplotlib", "sklearn"}


@pytest.mark.parametrize(
    "command", [["--help"], ["encode", "--help"], ["info", "coded/speech.gac", "--json"]]
)
def test_what_computes_nothing_starts_without_the_heavy_libraries(
    coded: Path, command: list[str]
) -> None:
    script = (
        "import sys; from gan_audio_compression.command_line.main import main;"
        f"code = main({command!r});"
        f"print(code, sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )
    source = Path(info.__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stdout
    assert done.stderr == "0 []\n"


def test_version(tool: Any) -> None:
    done = tool("--version")
    assert (done.code, done.out.split()[-1].decode()) == (0, __version__)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["encode"], "Missing argument 'IN...'"),
        (["encode", "a.wav", "--effort", "10"], "--effort"),
        (["encode", "a.wav", "--effort", "-1"], "--effort"),
        (["encode", "a.wav", "--search", "luck"], "luck"),
        (["encode", "a.wav", "--bitrate", "0"], "--bitrate"),
        (["encode", "a.wav", "--bitrate", "nan"], "nan is not a bit rate"),
        (["encode", "a.wav", "--bitrate", "inf"], "inf is not a bit rate"),
        (["encode", "a.wav", "--threads", "0"], "--threads"),
        (["encode", ""], "the name is empty"),
        (["encode", "a.wav", "-o", ""], "the name is empty"),
        (["info", ""], "the name is empty"),
        (["decode", "a.gac", "--format", "mp3"], "mp3"),
        (["decode", "a.gac", "--loud"], "--loud"),
        (["transmogrify"], "transmogrify"),
        (["info"], "Missing argument 'FILE'"),
        (["compare", "a.wav"], "Missing argument 'DEG'"),
        (["compare", "-", "-"], "standard input stands for one file"),
    ],
)
def test_wrong_calls_end_with_2_and_one_line(tool: Any, arguments: list[str], says: str) -> None:
    done = tool(*arguments)
    assert done.code == 2
    assert says in done.err
    assert done.err.count("\n") == 1
    assert done.err.rstrip().endswith("--help.")


def test_a_call_without_anything_shows_the_help(tool: Any) -> None:
    done = tool()
    assert done.code == 2
    assert done.err == tool("--help").out.decode()
    assert done.err.count("\n") > 10


@pytest.mark.parametrize(
    "command",
    [
        ["encode", "{}.wav"],
        ["encode", "speech.wav", "-o", "{}.gac"],
        ["encode", "speech.wav", "speech.wav", "-o", "{}"],
        ["decode", "{}.gac"],
        ["info", "{}.gac"],
        ["compare", "{}.wav", "speech.wav"],
        ["encode", "speech.wav", "--model", "{}.safetensors"],
    ],
)
def test_a_name_that_is_too_long(tool: Any, speech: Path, command: list[str]) -> None:
    done = tool(*(part.format(300 * "x") for part in command))
    assert done.code in (1, 2)
    assert "File name too long" in done.err
    assert "--debug" not in done.err
    assert done.err.count("\n") == 1


def test_an_unforeseen_error_is_one_line_and_a_traceback_on_demand(
    tool: Any, coded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(file: object) -> None:
        raise RuntimeError("the unforeseen,\nin two lines")

    monkeypatch.setattr(info, "read_info", fail)
    done = tool("info", coded)
    assert (done.code, done.err) == (
        1,
        "gan-audio-compression: RuntimeError: the unforeseen, in two lines; --debug says more.\n",
    )
    with pytest.raises(RuntimeError, match="the unforeseen"):
        tool("info", coded, "--debug")


def test_an_unforeseen_error_in_one_file_names_it(
    tool: Any, speech: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gan_audio_compression.codec.codec import Codec

    def fail(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError("what a surprise")

    monkeypatch.setattr(Codec, "encode_file", fail)
    done = tool("encode", speech)
    assert (done.code, done.err) == (
        1,
        "gan-audio-compression: speech.wav: ZeroDivisionError: what a surprise;"
        " --debug says more.\n",
    )


def test_debug_shows_the_traceback_of_expected_errors_too(start: Any) -> None:
    process = start("info", "nothing.gac", "--debug")
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert b"Traceback" in err
    assert b"InputMissingError: nothing.gac does not exist" in err


def test_ctrl_c_while_nothing_is_computed(
    tool: Any, coded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(file: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(info, "read_info", interrupt)
    assert tool("info", coded).code == 130
