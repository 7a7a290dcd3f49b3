"""`python -m gan_audio_compression`: the command line tool, and what Kedro's deployments call."""

import sys
from typing import Any


def main(*args: Any, **options: Any) -> Any:
    """Run the command line tool on the program's arguments; given any here, run the pipelines.

    A packaged Kedro project is called like that from other programs: `main(env="timit")`.
    """
    if args or options:
        from gan_audio_compression.command_line.pipelines import run_pipelines

        return run_pipelines(*args, **options)

    from gan_audio_compression.command_line.main import main as tool

    sys.exit(tool())


if __name__ == "__main__":
    main()
