"""`run`, and the other ways in which a packaged Kedro project is called."""

import sys
from pathlib import Path
from typing import Any

import click
import pytest
from kedro.framework.cli import utils
from kedro.framework.cli.project import run as kedro_run
from kedro.validation import ParameterValidationError

from gan_audio_compression.__main__ import main
from gan_audio_compression.command_line.main import main as command_line
from gan_audio_compression.command_line.pipelines import ParameterError
from gan_audio_compression.pipeline_registry import UnknownPipelineError, register_pipelines

RUN_COMMAND = "find_run_command"


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The options of each run that Kedro would have done."""
    Path("conf").mkdir()
    seen: list[dict[str, Any]] = []

    @click.command()
    @click.option("--env", "-e")
    @click.option("--params")
    def record(**options: Any) -> None:
        seen.append(options)

    monkeypatch.setattr(utils, RUN_COMMAND, lambda package: record)
    return seen


def test_kedro_finds_its_own_run_command_and_nothing_of_the_tool() -> None:
    # Kedro takes commands from a module `cli` of the package, where there is one.
    assert utils.find_run_command("gan_audio_compression") is kedro_run


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--env", "test", "--params", "a.b=1"],
        ["run", "-e", "test", "--params=a.b=1"],
        ["--env", "test", "--params", "a.b=1"],
        ["--params=a.b=1", "-e", "test"],
    ],
)
def test_options_reach_the_run_command(
    runs: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["gan-audio-compression", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0
    assert runs == [{"env": "test", "params": "a.b=1"}]


@pytest.mark.parametrize(
    ("arguments", "options"), [((["--env", "test"],), {}), ((), {"env": "test"})]
)
def test_other_programs_run_the_pipelines(
    runs: list[dict[str, Any]], arguments: tuple[Any, ...], options: dict[str, Any]
) -> None:
    main(*arguments, **options, standalone_mode=False)
    assert runs == [{"env": "test", "params": None}]


def test_a_folder_without_configuration_is_told(tool: Any) -> None:
    done = tool("run")
    assert done.code == 2
    assert "no folder conf here" in done.err


def test_the_short_option_for_help_reaches_kedro(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(utils, RUN_COMMAND, lambda package: kedro_run)
    with pytest.raises(SystemExit) as end:
        command_line(["run", "-h"])
    assert end.value.code == 0
    assert "--only-missing-outputs" in capsys.readouterr().out


def test_a_pipeline_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UnknownPipelineError) as raised:
        register_pipelines()["nope"]
    assert str(raised.value).startswith("there is no pipeline 'nope'; give one of ablations, ")
    assert "segment_training" in str(raised.value)
    assert "__default__" not in str(raised.value)


def test_a_wrong_parameter_is_one_line(tool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("conf").mkdir()

    def fail(*arguments: object, **options: object) -> None:
        raise ParameterValidationError(
            "Parameter validation failed:\n- Parameter 'training': epochs is at least 1. "
            "[type=value_error, input_value={'epochs': -1}, input_type=dict]\n"
            "    For further information visit https://errors.pydantic.dev/2.14/v/value_error"
        )

    monkeypatch.setattr(utils, RUN_COMMAND, lambda package: fail)
    done = tool("run")
    assert (done.code, done.err) == (
        1,
        "gan-audio-compression: Parameter validation failed: - Parameter 'training': epochs is at"
        " least 1. Correct it in conf/ or in --params.\n",
    )
    with pytest.raises(ParameterError):
        tool("run", "--debug")
