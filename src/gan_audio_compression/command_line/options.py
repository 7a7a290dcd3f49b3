"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from gan_audio_compression.codec.models import DEFAULT_MODEL

Command = Callable[..., Any]


class _PathType(click.Path):
    """Any path but the empty one, which would mean the current folder.

    What else is wrong with a path is said where it is opened.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("the name is empty.", param, ctx)
        return super().convert(value, param, ctx)


PATH = _PathType(path_type=Path)

debug = click.option(
    "--debug", is_flag=True, help="Stop at the first error and show its traceback."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def files(command: Command) -> Command:
    """Take IN..., -o OUT and --force."""
    inputs = click.argument("inputs", metavar="IN...", nargs=-1, required=True, type=PATH)
    output = click.option(
        "-o",
        "--output",
        metavar="OUT",
        type=_PathType(path_type=str),
        help="A file for one input, a folder (NAME/ if new) for several; - is standard output.",
    )
    force = click.option("--force", is_flag=True, help="Replace files that exist.")
    return inputs(output(force(command)))


def computing(command: Command) -> Command:
    """Take the model and what it computes on."""
    model = click.option(
        "--model",
        default=DEFAULT_MODEL,
        show_default=True,
        metavar="NAME|PATH",
        help="A model that comes with the program, or a model file.",
    )
    device = click.option(
        "--device", default="cpu", show_default=True, help="Such as cpu, cuda or cuda:1."
    )
    threads = click.option(
        "--threads",
        type=click.IntRange(min=1),
        help="Files to do at once, each on a processor of its own.  [default: one on each]",
    )
    return model(device(threads(debug(command))))
