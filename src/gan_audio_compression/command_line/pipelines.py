"""`run`: the pipelines of the study, as `kedro run` runs them."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from gan_audio_compression import __name__ as package_name
from gan_audio_compression.command_line import options
from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.extras import require

# What Pydantic says to programmers: the value and its type, and a web page about them.
_TECHNICAL = re.compile(r" \[type=.*| *For further information visit .*")


class ParameterError(GanAudioCompressionError):
    """A parameter of the pipelines has a value that it cannot have."""


@click.command(
    short_help="Run the pipelines of the study.",
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@options.debug
def run(arguments: tuple[str, ...], debug: bool) -> None:
    """Run the pipelines of the study; the options are those of `kedro run`."""
    require("run", "study", "kedro", "mlflow", "torch")
    # Kedro knows the long name alone.
    given = ["--help" if argument == "-h" else argument for argument in arguments]
    elsewhere = any(argument.startswith(("--conf-source", "--help")) for argument in given)
    if not elsewhere and not Path("conf").is_dir():
        raise click.UsageError(
            "run needs the folder conf of the project, and there is no folder conf here; go to the"
            " project, give --conf-source, or put another command, such as encode, before options."
        )
    run_pipelines(given)


def run_pipelines(
    args: Sequence[str] = (), *, standalone_mode: bool | None = None, **options: object
) -> Any:
    """Run as `kedro run` does, with the same options.

    The configuration is the folder `conf` of the current directory, or the one that
    `--conf-source` names.

    Args:
        args: as on the command line.
        standalone_mode: end with `SystemExit`; None for doing so unless Python is interactive, as
            a notebook job wants to go on.
        options: more of them by name, such as `env="test"`.

    Raises:
        ParameterError: a parameter has a value that it cannot have.
    """
    # Imported here: Kedro takes seconds to start.
    from kedro.framework.cli.utils import find_run_command
    from kedro.framework.project import configure_project
    from kedro.validation import ParameterValidationError

    configure_project(package_name)
    named = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    alone = not hasattr(sys, "ps1") if standalone_mode is None else standalone_mode
    try:
        return find_run_command(package_name)([*args, *named], standalone_mode=alone)
    except ParameterValidationError as error:
        message = _TECHNICAL.sub("", str(error)).strip()
        raise ParameterError(f"{message} Correct it in conf/ or in --params.") from error
