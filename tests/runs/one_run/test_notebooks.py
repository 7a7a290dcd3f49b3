"""The notebooks run from top to bottom on what a run left, and are kept without outputs."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).resolve().parents[3] / "notebooks").glob("*.ipynb"))


def read(notebook: Path) -> Any:
    return nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def ran(project: Path, environment: dict[str, str]) -> dict[str, set[str]]:
    """For each notebook the media types of what it shows."""
    shown = {}
    for path in NOTEBOOKS:
        notebook = read(path)
        client = NotebookClient(
            notebook,
            timeout=240,
            kernel_name="python3",
            resources={"metadata": {"path": str(project)}},
        )
        client.execute(env=environment)
        outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
        shown[path.stem] = {
            media_type
            for output in outputs
            for media_type, content in output.get("data", {}).items()
            if content
        } | {"audio" for output in outputs if "<audio" in str(output.get("data", {}))}
    return shown


def test_there_are_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["listen", "search", "study"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_tables_and_figures(ran: dict[str, set[str]], notebook: Path) -> None:
    assert {"text/html", "image/png"} <= ran[notebook.stem]


@pytest.mark.parametrize("notebook", ["listen", "search"])
def test_speech_can_be_heard(ran: dict[str, set[str]], notebook: str) -> None:
    assert "audio" in ran[notebook]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(notebook: Path) -> None:
    for cell in code_cells(read(notebook)):
        assert cell.outputs == []
        assert cell.execution_count is None


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_holds_no_logic(notebook: Path) -> None:
    for cell in code_cells(read(notebook)):
        assert "def " not in cell.source and "class " not in cell.source
