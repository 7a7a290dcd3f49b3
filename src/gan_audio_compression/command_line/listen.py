"""`listen` and `import-ratings`: the listening test on a small server, and ratings from files."""

from pathlib import Path

import click

from gan_audio_compression.audio.files import input_file
from gan_audio_compression.command_line import options
from gan_audio_compression.command_line.reporting import about, say
from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.extras import require

# The host that is meant when nothing else is said; it is reached from this machine alone.
_LOOPBACK = "127.0.0.1"
_PACKAGES = ("jinja2", "pydantic", "starlette", "uvicorn")

_folder = click.argument("folder", metavar="FOLDER", type=options.PATH)
_ratings = click.option(
    "--ratings",
    required=True,
    metavar="FILE",
    type=options.PATH,
    help="SQLite file that keeps the ratings; made if there is none.",
)


@click.command(short_help="Run a listening test.")
@_folder
@_ratings
@click.option(
    "--host",
    default=_LOOPBACK,
    show_default=True,
    help="This machine's address or name that browsers of others use; they are then let in.",
)
@click.option(
    "--port",
    default=8000,
    show_default=True,
    metavar="N",
    type=options.Number("a whole number from 1 to 65535", 1, 65535),
)
@options.debug
def listen(folder: Path, ratings: Path, host: str, port: int, debug: bool) -> None:
    """Run the listening test in FOLDER, as the pipeline listening_test wrote it, until Ctrl-C."""
    # Imported here: the web framework would slow every other command down.
    require("listen", "listening", *_PACKAGES)
    from gan_audio_compression.listening.server import (
        PreparedTest,
        make_app,
        open_address,
        serve,
    )
    from gan_audio_compression.listening.store import RatingStore

    prepared = PreparedTest.read(folder)
    store = RatingStore.create(ratings, prepared.description)
    with open_address(host, port) as address:
        say(f"the test runs at http://{host}:{port}/; Ctrl-C ends it")
        serve(make_app(prepared.page, store, [host, "localhost", _LOOPBACK]), address)


@click.command("import-ratings", short_help="Keep ratings that were saved as files.")
@_folder
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=options.PATH)
@_ratings
@options.debug
def import_ratings(folder: Path, files: tuple[Path, ...], ratings: Path, debug: bool) -> int:
    """Keep ratings that the page of the test in FOLDER saved as files."""
    require("import-ratings", "listening", *_PACKAGES)
    from gan_audio_compression.listening.server import PreparedTest
    from gan_audio_compression.listening.store import RatingStore
    from gan_audio_compression.listening.submission import LARGEST_SUBMISSION, parse_submission

    store = RatingStore.create(ratings, PreparedTest.read(folder).description)
    failed = 0
    for file in files:
        try:
            with input_file(file) as source, about(file):
                # One byte more than allowed, so that the check of the size sees it.
                store.add(parse_submission(source.read(LARGEST_SUBMISSION + 1), store.test))
        except GanAudioCompressionError as error:
            if debug:
                raise
            say(str(error))
            failed += 1
    return int(failed > 0)
