"""`encode`: any audio becomes .gac files, and what is no audio gets its sentence."""

import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from gan_audio_compression.codec.container.reader import ContainerReader
from tests.recordings import DECODER, install_ffmpeg


def recording(path: Path) -> tuple[int, int | None]:
    """Sampling rate and number of samples that a .gac file has for its recording."""
    with path.open("rb") as file:
        reader = ContainerReader(file)
        *_, last = reader.chunks()
    return reader.header.sample_rate, last.total


def test_a_file_is_encoded_beside_its_source_with_one_line_of_summary(
    tool: Any, speech: Path
) -> None:
    done = tool("encode", speech)
    assert done.code == 0
    assert done.out == b""
    assert done.err.startswith("gan-audio-compression: 1 file encoded, 0.50 s of audio, ")
    assert done.err.count("\n") == 1
    assert recording(Path("speech.gac")) == (16_000, 8_000)


@pytest.mark.parametrize(
    ("name", "rate", "channels", "subtype"),
    [
        ("a.wav", 8_000, 2, "PCM_U8"),
        ("a.wav", 96_000, 1, "FLOAT"),
        ("a.flac", 44_100, 6, "PCM_24"),
        ("a.ogg", 48_000, 1, "VORBIS"),
        ("a.mp3", 22_050, 1, None),
    ],
)
def test_any_format_and_rate_and_number_of_channels(
    tool: Any, write_speech: Any, name: str, rate: int, channels: int, subtype: str | None
) -> None:
    source = write_speech(name, rate=rate, channels=channels, subtype=subtype)
    done = tool("encode", source)
    assert done.code == 0, done.err
    # MP3 pads its last frame.
    assert recording(Path("a.gac")) == (rate, sf.info(source).frames)
    mixed = f"a{source.suffix}: {channels} channels were mixed down to one."
    assert (mixed in done.err) == (channels > 1)


def test_a_folder_is_searched_for_all_formats(
    tool: Any, write_speech: Any, files_below: Any
) -> None:
    wave, rate = sf.read(write_speech("speech.wav"))
    Path("in").mkdir()
    formats = {
        "wave": "WAV",
        "w64": "W64",
        "rf64": "RF64",
        "aifc": "AIFF",
        "snd": "AU",
        "nist": "NIST",
    }
    for suffix, format in formats.items():
        sf.write(f"in/{suffix}.{suffix}", wave, rate, format=format)
    done = tool("encode", "in", "-o", "out")
    assert done.code == 0, done.err
    assert files_below("out") == sorted(f"{suffix}.gac" for suffix in formats)


def test_standard_input_and_output_give_what_files_give(
    tool: Any, speech: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool("encode", speech)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(speech.read_bytes())))
    done = tool("encode", "-")
    assert done.code == 0
    assert done.out == Path("speech.gac").read_bytes()


def test_search_and_bitrate_reach_the_codec(tool: Any, speech: Path) -> None:
    tool("encode", speech, "-o", "free.gac")
    tool("encode", speech, "-o", "searched.gac", "--search", "back_propagation", "--effort", "1")
    assert Path("searched.gac").read_bytes() != Path("free.gac").read_bytes()
    free = Path("free.gac").stat().st_size
    done = tool("encode", speech, "-o", "small.gac", "--bitrate", str(0.8 * 16 * free))
    assert done.code == 0, done.err
    assert Path("small.gac").stat().st_size <= 0.8 * free


def test_a_bitrate_that_the_model_cannot_reach(tool: Any, speech: Path) -> None:
    done = tool("encode", speech, "--bitrate", "1")
    assert done.code == 1
    assert done.err.startswith("gan-audio-compression: speech.wav: ")
    assert done.err.count("\n") == 1
    assert not Path("speech.gac").exists()


def test_a_bit_rate_in_thousands(tool: Any, speech: Path) -> None:
    for rate in ("4500", "4.5k"):
        assert tool("encode", speech, "-o", f"{rate}.gac", "--bitrate", rate).code == 0
    assert Path("4.5k.gac").read_bytes() == Path("4500.gac").read_bytes()


def test_a_name_with_dots_comes_back(tool: Any, speech: Path) -> None:
    name = "2024.01.02 10.30.15"
    speech.rename(name)
    assert tool("encode", name).code == 0
    assert tool("decode", f"{name}.gac").code == 0
    assert sf.info(f"{name}.wav").frames == 8_000


def write_no_audio(path: Path) -> None:
    path.write_text("hello")


def write_empty(path: Path) -> None:
    path.touch()


def write_not_a_number(path: Path) -> None:
    sf.write(path, np.full(800, np.nan, np.float32), 16_000, subtype="FLOAT")


def write_no_samples(path: Path) -> None:
    sf.write(path, np.zeros(0, np.float32), 16_000)


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (write_no_audio, "not readable audio"),
        (write_empty, "not one byte"),
        (write_not_a_number, "not finite numbers"),
        (write_no_samples, "no samples"),
    ],
)
def test_what_is_no_audio_ends_with_a_line_that_names_it(tool: Any, write: Any, says: str) -> None:
    write(Path("bad.wav"))
    done = tool("encode", "bad.wav")
    assert done.code == 1
    assert done.err.startswith("gan-audio-compression: bad.wav: ")
    assert says in done.err
    assert done.err.count("\n") == 1
    assert not Path("bad.gac").exists()


def test_of_a_file_that_is_cut_the_rest_is_kept(tool: Any, speech: Path) -> None:
    data = speech.read_bytes()
    Path("cut.wav").write_bytes(data[: len(data) // 2])
    done = tool("encode", "cut.wav")
    assert done.code == 1
    loss, summary = done.err.splitlines()
    says = "The file says 0.5 s, but 0.2 s were there: it is cut."
    assert loss == f"gan-audio-compression: cut.wav: {says}"
    assert summary.startswith("gan-audio-compression: 1 file encoded, 1 only in part, 0.25 s of ")
    rate, samples = recording(Path("cut.gac"))
    assert (rate, samples) == (16_000, len(data[44:]) // 4 - 11)


def test_joined_files_are_encoded_as_one(tool: Any, speech: Path) -> None:
    Path("joined.wav").write_bytes(speech.read_bytes() * 2)
    done = tool("encode", "joined.wav")
    assert done.code == 0, done.err
    assert recording(Path("joined.gac")) == (16_000, 16_000)


def test_a_folder_is_searched_for_what_an_installed_ffmpeg_reads(
    tool: Any, speech: Path, files_below: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("in").mkdir()
    speech.rename("in/speech.wav")
    Path("in/memo.m4a").write_bytes(b"FAKE" + bytes(1000))
    Path("programs").mkdir()
    monkeypatch.setenv("PATH", str(Path("programs").absolute()))
    assert tool("encode", "in", "-o", "without").code == 0
    assert files_below("without") == ["speech.gac"]
    install_ffmpeg(Path("programs").absolute(), monkeypatch, DECODER)
    done = tool("encode", "in", "-o", "with")
    assert done.code == 0, done.err
    assert files_below("with") == ["memo.gac", "speech.gac"]


def test_a_missing_input_is_told_before_the_model_is_opened(tool: Any) -> None:
    Path("bad.safetensors").write_text("hello")
    done = tool("encode", "nothing.wav", "--model", "bad.safetensors")
    assert (done.code, done.err) == (
        1,
        "gan-audio-compression: nothing.wav does not exist; check the name.\n",
    )


def test_an_existing_output_is_kept_before_the_model_is_opened(tool: Any, speech: Path) -> None:
    Path("speech.gac").write_text("mine")
    Path("bad.safetensors").write_text("hello")
    done = tool("encode", speech, "--model", "bad.safetensors")
    assert (done.code, done.err) == (
        1,
        "gan-audio-compression: speech.gac exists; add --force to replace it.\n",
    )
    assert Path("speech.gac").read_text() == "mine"
    assert tool("encode", speech, "--force").code == 0
    assert recording(Path("speech.gac")) == (16_000, 8_000)


def test_a_failure_with_force_leaves_the_old_output(tool: Any) -> None:
    write_no_audio(Path("bad.wav"))
    Path("bad.gac").write_text("mine")
    assert tool("encode", "bad.wav", "--force").code == 1
    assert Path("bad.gac").read_text() == "mine"


def test_a_source_is_kept_though_it_is_named_as_its_output(tool: Any, speech: Path) -> None:
    before = speech.read_bytes()
    done = tool("encode", speech, "-o", f"./{speech}", "--force")
    assert done.code == 2
    assert "speech.wav would replace itself" in done.err
    assert speech.read_bytes() == before
