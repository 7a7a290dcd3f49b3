"""Which inputs become which outputs."""

import os
from pathlib import Path

import click
import pytest

from gan_audio_compression.command_line.plan import AUDIO_SUFFIXES, Job, plan

STANDARD = Path("-")


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def touch(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()


def planned(*inputs: str, output: str | None = None) -> dict[str, str]:
    jobs = plan(list(map(Path, inputs)), output, AUDIO_SUFFIXES, ".gac")
    return {str(job.source): str(job.target) for job in jobs}


def test_a_file_goes_beside_its_source() -> None:
    assert planned("talks/one.two.WAV") == {"talks/one.two.WAV": "talks/one.two.gac"}


def test_a_file_takes_the_name_of_the_output() -> None:
    assert planned("a.wav", output="b.xyz") == {"a.wav": "b.xyz"}


def test_a_file_goes_into_an_output_folder_that_exists() -> None:
    Path("out").mkdir()
    assert planned("talks/a.wav", output="out") == {"talks/a.wav": "out/a.gac"}


def test_a_slash_makes_a_new_folder_of_the_output() -> None:
    assert planned("talks/a.wav", output="out/") == {"talks/a.wav": "out/a.gac"}


def test_several_files_go_into_a_folder_that_is_still_to_be_made() -> None:
    assert planned("a.wav", "x/b.flac", output="out") == {
        "a.wav": "out/a.gac",
        "x/b.flac": "out/b.gac",
    }


def test_a_folder_keeps_its_shape_and_only_audio_is_taken() -> None:
    touch("in/a.wav", "in/deep/er/b.FLAC", "in/notes.txt", "in/c.gac")
    assert planned("in", output="out") == {
        "in/a.wav": "out/a.gac",
        "in/deep/er/b.FLAC": "out/deep/er/b.gac",
    }
    assert planned("in")["in/deep/er/b.FLAC"] == "in/deep/er/b.gac"


def test_a_file_that_is_also_in_a_folder_is_done_once() -> None:
    touch("in/a.wav")
    assert plan([Path("in"), Path("in/a.wav")], None, AUDIO_SUFFIXES, ".gac") == [
        Job(Path("in/a.wav"), Path("in/a.gac"))
    ]


def test_standard_input_goes_to_standard_output_unless_a_file_is_named() -> None:
    assert planned("-") == {"-": "-"}
    assert planned("-", output="a.gac") == {"-": "a.gac"}
    assert planned("a.wav", output="-") == {"a.wav": "-"}


@pytest.mark.parametrize(
    ("inputs", "output", "says"),
    [
        (["x/a.wav", "y/a.wav"], "out", "x/a.wav and y/a.wav would both become out/a.gac"),
        (["a.wav", "a.flac"], None, "would both become a.gac"),
        (["a.gac"], None, "a.gac would replace itself"),
        (["-", "a.wav"], None, "give one input"),
        (["a.wav", "b.wav"], "-", "give one input"),
        (["empty"], None, r"no .* \.wave file in empty"),
        (["empty"], "-", "give one input"),
        (["a.wav", "b.wav"], "file", "file is a file; name a folder"),
    ],
)
def test_inputs_and_output_that_do_not_fit(
    inputs: list[str], output: str | None, says: str
) -> None:
    Path("empty").mkdir()
    touch("file")
    with pytest.raises(click.UsageError, match=says):
        planned(*inputs, output=output)


@pytest.mark.parametrize("output", ["a.wav", "./x/../a.wav", "symbolic.wav", "hard.wav"])
def test_no_name_of_the_source_is_its_output(output: str) -> None:
    touch("a.wav", "x/other.wav")
    Path("symbolic.wav").symlink_to("a.wav")
    os.link("a.wav", "hard.wav")
    with pytest.raises(click.UsageError, match=r"a\.wav would replace itself"):
        planned("a.wav", output=output)


def test_a_link_in_a_folder_does_not_replace_what_it_names() -> None:
    touch("a.gac")
    Path("a.wav").symlink_to("a.gac")
    with pytest.raises(click.UsageError, match=r"a\.wav would replace itself"):
        planned("a.wav")


def test_one_device_may_be_read_and_written() -> None:
    assert planned(os.devnull, output=os.devnull) == {os.devnull: os.devnull}
