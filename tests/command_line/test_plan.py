"""Which inputs become which outputs."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from gan_audio_compression.audio.errors import InputError
from gan_audio_compression.command_line.plan import AUDIO, CODED, Job, plan

STANDARD = Path("-")


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def touch(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()


def planned(*inputs: str, output: str | None = None) -> dict[str, str]:
    jobs = plan(list(map(Path, inputs)), output, AUDIO, CODED, ".gac").jobs
    return {str(job.source): str(job.target) for job in jobs}


def planned_back(*inputs: str, output: str | None = None) -> dict[str, str]:
    jobs = plan(list(map(Path, inputs)), output, CODED, AUDIO, ".wav").jobs
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
    given = [Path("in"), Path("in/a.wav")]
    assert plan(given, None, AUDIO, CODED, ".gac").jobs == [Job(Path("in/a.wav"), Path("in/a.gac"))]


@pytest.mark.parametrize(
    "name", ["2024.01.02 10.30.15", "talk.m4a", "Dr. No", ".wav", "a.wav.bak", "take.1"]
)
def test_what_follows_a_dot_is_kept_unless_it_is_an_ending_of_audio(name: str) -> None:
    assert planned(name) == {name: f"{name}.gac"}
    assert planned(name, output="out/") == {name: f"out/{name}.gac"}
    assert planned_back(name) == {name: f"{name}.wav"}
    assert planned_back(f"{name}.gac") == {f"{name}.gac": f"{name}.wav"}


def test_of_a_folder_all_is_left_that_is_neither_taken_nor_made() -> None:
    touch("in/a.wav", "in/a.gac", "in/notes.txt", "in/deep/b.m4a", "in/deep/c.flac")
    Path("in/broken.wav").symlink_to("nowhere")
    os.mkfifo("in/pipe.wav")
    coding = plan([Path("in")], None, AUDIO, CODED, ".gac")
    assert [str(job.source) for job in coding.jobs] == ["in/a.wav", "in/deep/c.flac"]
    left = ["in/broken.wav", "in/deep/b.m4a", "in/notes.txt", "in/pipe.wav"]
    assert sorted(map(str, coding.left)) == left
    back = plan([Path("in")], None, CODED, AUDIO, ".wav")
    assert [str(job.source) for job in back.jobs] == ["in/a.gac"]
    assert sorted(map(str, back.left)) == ["in/deep/b.m4a", "in/notes.txt"]


def test_what_is_hidden_in_a_folder_is_passed_over_but_may_be_named() -> None:
    hidden = ["in/._a.wav", "in/.trash/b.wav", "in/__MACOSX/c.wav", "in/deep/.d.wav"]
    touch("in/a.wav", *hidden)
    coding = plan([Path("in")], None, AUDIO, CODED, ".gac")
    assert (coding.jobs, coding.left) == ([Job(Path("in/a.wav"), Path("in/a.gac"))], [])
    for name in hidden:
        assert list(planned(name)) == [name]
    assert list(planned("in/.trash")) == ["in/.trash/b.wav"]


def test_links_to_folders_are_followed() -> None:
    touch("elsewhere/a.wav", "elsewhere/deep/b.wav", "in/c.wav")
    Path("in/link").symlink_to("../elsewhere")
    Path("in/twin").symlink_to("../elsewhere")
    assert planned("in", output="out") == {
        f"in/{name}.wav": f"out/{name}.gac"
        for name in ("c", "link/a", "link/deep/b", "twin/a", "twin/deep/b")
    }


def test_links_that_lead_back_to_their_own_folders_end() -> None:
    touch("x/a.wav", "y/b.wav", "x/deep/c.wav")
    Path("x/deep/up").symlink_to("..")
    Path("x/other").symlink_to("../y")
    Path("y/other").symlink_to("../x")
    assert list(planned("x")) == ["x/a.wav", "x/deep/c.wav", "x/other/b.wav"]


def test_a_folder_that_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    touch("in/a.wav", "in/closed/b.wav")
    listed = Path.iterdir

    def refuse(folder: Path) -> Iterator[Path]:
        if folder.name == "closed":
            raise PermissionError(errno.EACCES, "Permission denied")
        return listed(folder)

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(InputError, match=r"in/closed cannot be read \(Permission denied\)"):
        planned("in")


def test_standard_input_goes_to_standard_output_unless_a_file_is_named() -> None:
    assert planned("-") == {"-": "-"}
    assert planned("-", output="a.gac") == {"-": "a.gac"}
    assert planned("a.wav", output="-") == {"a.wav": "-"}
    assert planned("a.wav", output="/dev/stdout") == {"a.wav": "-"}


def test_a_pipe_goes_where_it_is_told() -> None:
    os.mkfifo("fifo")
    assert planned("fifo", output="a.gac") == {"fifo": "a.gac"}
    assert planned("/dev/stdin", output="a.gac") == {"/dev/stdin": "a.gac"}


@pytest.mark.parametrize(
    ("inputs", "output", "says"),
    [
        (["x/a.wav", "y/a.wav"], "out", "x/a.wav and y/a.wav would both become out/a.gac"),
        (["a.wav", "a.flac"], None, "would both become a.gac"),
        (["a.gac"], None, "a.gac is a .gac file, which encode makes and does not take; decode"),
        (["a.gac"], "b.gac", "decode takes it"),
        (["b.wav", "b.gac"], None, "if it is to be the output, write -o b.gac"),
        (["b.wav", "my b.gac"], None, "write -o 'my b.gac'"),
        (["b.gac", "a.gac"], None, "b.gac is a .gac file, .* decode takes it"),
        (["b.wav", "b.gac"], "out", "decode takes it"),
        (["/dev/stdin"], None, "nothing can lie beside /dev/stdin; name the output with -o"),
        (["fifo"], None, "nothing can lie beside fifo; name the output with -o"),
        (["-", "a.wav"], None, "give one input"),
        (["a.wav", "b.wav"], "-", "give one input"),
        (["empty"], None, r"no file in empty ends in .* or \.wave; name a file"),
        (["empty"], "-", "give one input"),
        (["a.wav", "b.wav"], "file", "file is a file; name a folder"),
    ],
)
def test_inputs_and_output_that_do_not_fit(
    inputs: list[str], output: str | None, says: str
) -> None:
    Path("empty").mkdir()
    touch("file")
    os.mkfifo("fifo")
    with pytest.raises(click.UsageError, match=says):
        planned(*inputs, output=output)


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        (["a.wav"], "a.wav is an audio file, which decode makes and does not take; encode takes"),
        (["a.gac", "a.flac"], "if it is to be the output, write -o a.flac"),
    ],
)
def test_audio_is_not_decoded(inputs: list[str], says: str) -> None:
    with pytest.raises(click.UsageError, match=says):
        planned_back(*inputs)


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
