"""`decode`: .gac files become audio, and damage gets the message of its kind."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest
import soundfile as sf

from gan_audio_compression.codec.container.reader import ContainerReader


def test_the_recording_comes_back_with_its_rate_and_length(tool: Any, write_speech: Any) -> None:
    tool("encode", write_speech("a.flac", rate=44_100, seconds=0.7), "-o", "a.gac")
    done = tool("decode", "a.gac")
    assert done.code == 0
    assert done.err.startswith("gan-audio-compression: 1 file decoded, 0.70 s of audio, ")
    about = sf.info("a.wav")
    assert (about.samplerate, about.frames, about.channels) == (44_100, 30_870, 1)


@pytest.mark.parametrize(
    ("arguments", "name", "format"),
    [
        (["-o", "b.flac"], "b.flac", "FLAC"),
        (["-o", "b.OGG"], "b.OGG", "OGG"),
        (["-o", "b", "--format", "flac"], "b", "FLAC"),
        (["-o", "b.wav", "--format", "flac"], "b.wav", "WAV"),
        (["--format", "ogg"], "coded/speech.ogg", "OGG"),
    ],
)
def test_the_extension_decides_the_format_and_else_the_option(
    tool: Any, coded: Path, arguments: list[str], name: str, format: str
) -> None:
    assert tool("decode", coded, *arguments).code == 0
    assert sf.info(name).format == format


def test_folders_to_flac_at_another_rate(tool: Any, write_speech: Any, files_below: Any) -> None:
    write_speech("in/a.wav")
    write_speech("in/deep/b.wav", seed=1)
    assert tool("encode", "in", "-o", "coded").code == 0
    done = tool("decode", "coded", "-o", "out", "--format", "flac", "--rate", "8000")
    assert done.code == 0
    assert files_below("out") == ["a.flac", "deep/b.flac"]
    about = sf.info("out/deep/b.flac")
    assert (about.samplerate, about.frames) == (8_000, 4_000)


def test_standard_input_and_output(tool: Any, coded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool("decode", coded, "-o", "a.wav")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(coded.read_bytes())))
    done = tool("decode", "-")
    assert done.code == 0
    assert done.out == Path("a.wav").read_bytes()


def test_an_extension_that_nobody_writes_is_a_wrong_call(tool: Any, coded: Path) -> None:
    done = tool("decode", coded, "-o", "a.mp3", "--model", "nothing.safetensors")
    assert done.code == 2
    assert "a.mp3 does not end in .wav, .flac or .ogg" in done.err


def test_a_rate_in_thousands(tool: Any, coded: Path) -> None:
    assert tool("decode", coded, "-o", "a.wav", "--rate", "11.025k").code == 0
    assert sf.info("a.wav").samplerate == 11_025


@pytest.mark.parametrize("rate", ["999", "768001", "cd"])
def test_a_rate_out_of_range_is_a_wrong_call(tool: Any, coded: Path, rate: str) -> None:
    done = tool("decode", coded, "--rate", rate)
    assert done.code == 2
    assert "--rate" in done.err


def damaged(data: bytes, kind: str) -> bytes:
    if kind == "flipped":
        middle = len(data) // 2
        return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    return {"truncated": data[:-9], "garbage": b"no such file" * 9, "empty": b""}[kind]


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("truncated", "the .gac data ends within"),
        ("flipped", "the checksum of chunk 0"),
        ("garbage", "does not start as a .gac file does"),
        ("empty", "the data is empty"),
    ],
)
def test_damage_is_told_in_one_line_that_names_the_file(
    tool: Any, coded: Path, kind: str, says: str
) -> None:
    Path("bad.gac").write_bytes(damaged(coded.read_bytes(), kind))
    done = tool("decode", "bad.gac")
    assert done.code == 1
    assert done.err.startswith("gan-audio-compression: bad.gac: ")
    assert says in done.err
    assert done.err.count("\n") == 1
    assert not Path("bad.wav").exists()


def test_a_file_of_another_model(tool: Any, coded: Path) -> None:
    done = tool("decode", coded, "--model", "default")
    assert done.code == 1
    assert done.err.startswith(f"gan-audio-compression: {coded}: the .gac data was coded with the")
    assert "and this is the model 'default' (" in done.err


def test_damaged_parts_can_be_concealed(tool: Any, write_speech: Any) -> None:
    tool("encode", write_speech("a.wav", seconds=17), "-o", "bad.gac")
    data = bytearray(Path("bad.gac").read_bytes())
    data[100] ^= 1
    Path("bad.gac").write_bytes(data)
    done = tool("decode", "bad.gac", "--conceal")
    assert done.code == 0
    damage, summary = done.err.splitlines()
    assert damage.startswith("gan-audio-compression: bad.gac: the checksum of chunk 0 (at 0.000 s)")
    assert "1 file decoded, 17.00 s of audio, 16.38 s of them lost, " in summary
    assert sf.info("bad.wav").frames == 17 * 16_000


def test_a_file_of_which_all_is_lost_is_not_decoded(tool: Any, coded: Path) -> None:
    Path("bad.gac").write_bytes(damaged(coded.read_bytes(), "flipped"))
    done = tool("decode", "bad.gac", "--conceal")
    assert done.code == 1
    assert done.err.startswith("gan-audio-compression: bad.gac: nothing of this can be decoded: ")
    assert done.err.count("\n") == 1
    assert not Path("bad.wav").exists()


def test_concealing_a_file_of_which_only_the_header_is_left(tool: Any, coded: Path) -> None:
    data = coded.read_bytes()
    header = ContainerReader(io.BytesIO(data)).size
    Path("bad.gac").write_bytes(data[:header])
    done = tool("decode", "bad.gac", "--conceal")
    assert done.code == 1
    assert "ends after its header" in done.err
    assert done.err.count("\n") == 1
    assert not Path("bad.wav").exists()
