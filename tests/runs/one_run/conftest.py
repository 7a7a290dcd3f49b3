"""One run of the whole project, which several files look at."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.browser import browser as browser


@pytest.fixture(scope="session")
def project(
    tmp_path_factory: pytest.TempPathFactory,
    corpus: Path,
    make_project: Callable[[Path], Path],
    kedro_run: Callable[..., CompletedProcess[str]],
) -> Path:
    """A project that has been run once."""
    folder = make_project(tmp_path_factory.mktemp("project"))
    done = kedro_run(folder, corpus)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder
