"""Options that several commands share, and the types of their values."""

import math
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from gan_audio_compression.codec.models import DEFAULT_MODEL
from gan_audio_compression.command_line.reporting import show_details

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


class Number(click.ParamType):  # type: ignore[type-arg]  # no generic in every click
    """A number within bounds, where 2k is 2000."""

    name = "number"

    def __init__(
        self,
        wanted: str,
        lowest: float,
        highest: float = math.inf,
        kind: type[int] | type[float] = int,
    ) -> None:
        """Take what is `wanted`, as errors call it; int takes whole numbers alone."""
        self._wanted = wanted
        self._lowest, self._highest = lowest, highest
        self._kind = kind

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | float:
        """Return the number, of the kind that was asked for."""
        text = str(value).strip()
        thousands = text.lower().endswith("k")
        try:
            # Decimal, because 8.2 * 1000 is no whole number.
            number = Decimal(text[:-1] if thousands else text) * (1000 if thousands else 1)
        except ArithmeticError:
            number = Decimal("nan")
        size = float(number)
        is_known = math.isfinite(size) and self._lowest <= size <= self._highest
        if not is_known or (self._kind is int and size % 1):
            self.fail(f"{value!r} is not {self._wanted}.", param, ctx)
        return self._kind(number)


debug = click.option(
    "--debug", is_flag=True, help="Stop at the first error and show its traceback."
)
verbose = click.option(
    "-v",
    "--verbose",
    is_flag=True,
    expose_value=False,
    callback=lambda context, option, value: show_details(True) if value else None,
    help="Name each file that is done, and those of a folder that are left alone.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def files(command: Command) -> Command:
    """Take IN..., -o OUT, --force and --verbose."""
    inputs = click.argument("inputs", metavar="IN...", nargs=-1, required=True, type=PATH)
    output = click.option(
        "-o",
        "--output",
        metavar="OUT",
        type=_PathType(path_type=str),
        help="A file for one input, a folder (NAME/ if new) for several; - is standard output.",
    )
    force = click.option("--force", is_flag=True, help="Replace files that exist.")
    return inputs(output(force(verbose(command))))


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
        type=Number("a whole number from 1 on", 1),
        metavar="N",
        help="Files to do at once, each on a processor of its own.  [default: one on each]",
    )
    return model(device(threads(debug(command))))
