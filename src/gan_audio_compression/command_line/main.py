"""The program `gan-audio-compression`: its commands, and what becomes of errors."""

import os
import sys
from collections.abc import Sequence

import click

from gan_audio_compression import __version__
from gan_audio_compression.command_line.compare import compare
from gan_audio_compression.command_line.decode import decode
from gan_audio_compression.command_line.encode import encode
from gan_audio_compression.command_line.info import info
from gan_audio_compression.command_line.interrupts import Ended, ended_in_order
from gan_audio_compression.command_line.listen import import_ratings, listen
from gan_audio_compression.command_line.live import live
from gan_audio_compression.command_line.pipelines import run
from gan_audio_compression.command_line.reporting import (
    PROGRAM,
    configure_logging,
    say,
    show_details,
    unforeseen,
)
from gan_audio_compression.errors import GanAudioCompressionError

FAILED, USAGE, INTERRUPTED = 1, 2, 130


class _Commands(click.Group):
    """Commands, one of which has to stand before its options and the names of files."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if _is_option_of_others(args) and (name := _command_in(args)):
            ctx.fail(f"{args[0]} stands before the command {name}; put options after it.")
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands and os.path.exists(args[0]):
            ctx.fail(f"{args[0]} is a file and no command; name one before it, such as encode.")
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    commands=[encode, decode, info, compare, live, run, listen, import_ratings],
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, "-V", "--version", prog_name=PROGRAM)
@click.option("-v", "--verbose", is_flag=True, help="Let encode and decode name each file.")
@click.pass_context
def commands(context: click.Context, verbose: bool) -> None:
    """Speech compression at 0.7 to 3 kbit/s.

    encode, decode, info and compare are the codec of files, live is that of conversations; run
    runs the pipelines of the study; listen and import-ratings are its listening test. The options
    of a command follow it; its -h says which they are.
    """
    # Kedro configures the logging of its runs itself.
    if context.invoked_subcommand != run.name:
        configure_logging()
        show_details(verbose)
        context.with_resource(ended_in_order())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code.

    0: done. 1: some inputs failed or were lost in part, the others are done. 2: it was called
    wrongly. 128 + n: signal n ended it, such as 130 for Ctrl-C.
    Options alone, other than its own, are those of `run`: so a packaged Kedro project is called.
    """
    if sys.stderr is None:
        # What was started without standard error is not to be told anything.
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    given = list(sys.argv[1:] if arguments is None else arguments)
    if _is_option_of_others(given) and _command_in(given) is None:
        given.insert(0, "run")
    try:
        return _run(given)
    finally:
        _drop_unwritten_output()


def _is_option_of_others(given: Sequence[str]) -> bool:
    """Whether the first argument is an option, and not one of the program itself."""
    own = {"-h", "--help"}.union(*(parameter.opts for parameter in commands.params))
    return bool(given) and given[0].startswith("-") and given[0] not in own


def _command_in(given: Sequence[str]) -> str | None:
    return next((argument for argument in given if argument in commands.commands), None)


def _run(given: list[str]) -> int:
    try:
        return commands.main(given, prog_name=PROGRAM, standalone_mode=False) or 0
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return USAGE
    except click.UsageError as error:
        command = " ".join(filter(None, (PROGRAM, _command_in(given))))
        say(f"{error.format_message().rstrip('.')}; see {command} --help.")
        return USAGE
    except (click.Abort, KeyboardInterrupt) as error:
        # Click has turned it into its own.
        return error.__cause__.code if isinstance(error.__cause__, Ended) else INTERRUPTED
    except Exception as error:
        if "--debug" in given:
            raise
        known = isinstance(error, GanAudioCompressionError)
        say(str(error) if known else unforeseen(error))
        return FAILED


def _drop_unwritten_output() -> None:
    """Keep Python from complaining at its end of an output that was closed or is full."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
