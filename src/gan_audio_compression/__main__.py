"""`python -m gan_audio_compression` runs the pipelines of the installed package."""

import sys
from typing import Any

from kedro.framework.cli.utils import find_run_command
from kedro.framework.project import configure_project

from gan_audio_compression import __name__ as package_name


def main(*args: Any, **options: Any) -> Any:
    """Run as `kedro run` does, with the same options.

    The configuration is the folder `conf` of the current directory, or the one that
    `--conf-source` names.
    """
    configure_project(package_name)
    # An interactive session, such as a notebook job, wants the result and not an exit.
    options.setdefault("standalone_mode", not hasattr(sys, "ps1"))
    return find_run_command(package_name)(*args, **options)


if __name__ == "__main__":
    main()
