"""The program: its start, its exit codes, and what becomes of errors that nobody foresaw."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gan_audio_compression import __version__
from gan_audio_compression.command_line import info
from gan_audio_compression.command_line.options import Number

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


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_version(tool: Any, option: str) -> None:
    done = tool(option)
    assert (done.code, done.out.split()[-1].decode()) == (0, __version__)


@pytest.mark.parametrize(
    "command", [[], *([c] for c in ("encode", "decode", "info", "compare", "listen"))]
)
def test_the_short_option_for_help(tool: Any, command: list[str]) -> None:
    done = tool(*command, "-h")
    assert (done.code, done.err) == (0, "")
    assert done.out == tool(*command, "--help").out
    assert done.out.startswith(b"Usage: gan-audio-compression")


def test_a_file_in_place_of_a_command(tool: Any, speech: Path) -> None:
    done = tool(speech)
    assert done.code == 2
    assert done.err.startswith(
        "gan-audio-compression: speech.wav is a file and no command; name one before it"
    )


@pytest.mark.parametrize("text", ["2000", "2k", "2K", "2.0k", "2e3", " 2000 "])
def test_a_thousand_has_a_letter(text: str) -> None:
    assert Number("a bit rate", 1, kind=float)(text) == 2000.0
    assert Number("a rate", 1)(text) == 2000


def test_a_part_of_a_thousand_is_a_whole_number() -> None:
    assert Number("a rate", 1)("8.2k") == 8200
    assert Number("a rate", 1)("22.05k") == 22050


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["encode"], "Missing argument 'IN...'"),
        (["encode", "a.wav", "--effort", "10"], "--effort"),
        (["encode", "a.wav", "--effort", "-1"], "--effort"),
        (["encode", "a.wav", "--search", "luck"], "luck"),
        (["encode", "a.wav", "--bitrate", "0"], "--bitrate"),
        *(
            (["encode", "a.wav", "--bitrate", rate], f"'{rate}' is not a bit rate; give bits for")
            for rate in ("nan", "inf", "-2k", "1e400", "1e999999k", "k", "2kbit", "1,5k", "fast")
        ),
        (["encode", "a.wav", "--effort", "hard"], "'hard' is not a whole number from 0 to 9;"),
        (["encode", "a.wav", "--effort", "2.5"], "'2.5' is not a whole number from 0 to 9;"),
        (["encode", "a.wav", "--threads", "0"], "'0' is not a whole number from 1 on;"),
        (["encode", "a.wav", "--bitrate"], "see gan-audio-compression encode --help"),
        (["decode", "a.gac", "--rate", "44.1"], "'44.1' is not a rate in Hz from 1000 to 768000"),
        (["encode", ""], "the name is empty"),
        (["encode", "a.wav", "-o", ""], "the name is empty"),
        (["info", ""], "the name is empty"),
        (["decode", "a.gac", "--format", "mp3"], "mp3"),
        (["decode", "a.gac", "--loud"], "--loud"),
        (["transmogrify"], "transmogrify"),
        (["info"], "Missing argument 'FILE'"),
        (["compare", "a.wav"], "Missing argument 'DEG'"),
        (["compare", "-", "-"], "standard input stands for one file"),
        (["compare", "a.wav", "a.gac"], "a.gac is a .gac file and no audio; decode it first"),
        (["encode", "a.gac"], "a.gac is a .gac file, which encode makes and does not take; decode"),
        (["decode", "a.wav"], "a.wav is an audio file, which decode makes and does not take"),
        (["encode", "b.wav", "b.gac"], "if it is to be the output, write -o b.gac;"),
        (["encode", "/dev/stdin"], "nothing can lie beside /dev/stdin; name the output with -o;"),
        (["--force", "encode", "a.wav"], "--force stands before the command encode; put options"),
        (["--debug", "info", "a.gac"], "see gan-audio-compression info --help"),
        (["--bitrate", "2k", "a.wav"], "put another command, such as encode, before options"),
        (["-v"], "Missing command"),
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
