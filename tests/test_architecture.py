"""The rules of the source tree: who may import whom, what nobody imports, how long things are.

The modules are parsed and not imported, so that a rule holds for imports inside functions too.
"""

import ast
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

PACKAGE = "gan_audio_compression"
SOURCE = Path(__file__).resolve().parents[1] / "src" / PACKAGE
MODULES = {path.relative_to(SOURCE).as_posix(): path for path in sorted(SOURCE.rglob("*.py"))}

FILE_LINES = 350
FUNCTION_LINES = 45

# Single files that every folder may import.
EVERYWHERE = ("errors", "component", "extras", "__version__")

# What each folder may import of the project beside itself and those; `pipelines` may import all.
PROJECT_IMPORTS = {
    "audio": {"signal.spec"},
    "corpus": {"audio"},
    "signal": set(),
    "networks": {"signal.arrays", "signal.own_state", "signal.spec"},
    "entropy": set(),
    "compute": set(),
    "codec": {"audio", "networks", "signal", "entropy"},
    "training": {"audio", "corpus", "networks", "signal", "codec", "entropy.tables"},
    "bench": {"audio", "signal", "entropy", "codec"},
    "evaluation": {"signal", "corpus.phones", "html_page"},
    "listening": {"signal.spec", "html_page"},
    "command_line": {
        "audio",
        "codec",
        "compute",
        "evaluation",
        "listening",
        "signal.spec",
        "__name__",
    },
    "tracking": {"codec", "signal.spec"},
    "datasets": {"corpus.folder", "listening", "evaluation.mushra.ratings"},
}

# Folders that know nothing of others beside them: the twins of each other, what serves both of
# neither.
STRANGERS = [
    ("codec/segment/", "codec.sequence"),
    ("codec/sequence/", "codec.segment"),
    ("codec/search/", "codec.segment"),
    ("codec/search/", "codec.sequence"),
    ("codec/container/", "codec.segment"),
    ("codec/container/", "codec.sequence"),
    ("codec/container/", "codec.search"),
    ("networks/segment/", "networks.sequence"),
    ("networks/sequence/", "networks.segment"),
    ("training/segment/", "training.sequence"),
    ("training/sequence/", "training.segment"),
    ("training/segment/", "codec.sequence"),
    ("training/sequence/", "codec.segment"),
]

# Where a library may be imported, by the beginnings of module paths.
LIBRARY_HOMES = {
    "kedro": (
        "pipelines/",
        "datasets/",
        "hooks.py",
        "settings.py",
        "pipeline_registry.py",
        "command_line/pipelines.py",
    ),
    "kedro_datasets": ("pipelines/", "datasets/"),
    "mlflow": ("hooks.py", "pipelines/observer.py", "tracking/"),
    "kedro_mlflow": (),
    "fsspec": ("datasets/",),
    "click": ("command_line/", "hooks.py"),
    "starlette": ("listening/server.py",),
    "uvicorn": ("listening/server.py",),
    "sqlite3": ("listening/store.py",),
    "jinja2": ("html_page.py",),
    "pickle": (),
}

# Parts that do without PyTorch, so that they start fast and can be trusted to the last bit.
WITHOUT_TORCH = (
    "audio/",
    "corpus/",
    "entropy/",
    "compute/",
    "listening/",
    "codec/container",
    "codec/codec",
    "codec/coding",
    "codec/kinds",
    "codec/models",
    "codec/receiver",
    "codec/sender",
    "codec/trained_codec",
    "codec/search/config",
    "codec/search/presets",
    "component",
    *(
        f"codec/sequence/{name}"
        for name in ("array_networks", "coder", "fineness", "holding", "magnitudes", "model")
    ),
    *(
        f"networks/{name}"
        for name in ("conv_next.py", "layers", "serialisation", "stored_model", "weights")
    ),
    *(
        f"networks/sequence/{name}"
        for name in ("conditioning", "encoder", "generator", "magnitude", "shapes")
    ),
    *(
        f"signal/{name}"
        for name in (
            "analysis",
            "around",
            "arrays",
            "chunks",
            "distortion_weights",
            "high_pass",
            "level",
            "loudness",
            "magnitude",
            "overlap",
            "own_state",
            "spec",
            "steady",
            "synthesis",
            "texture",
        )
    ),
)

# All that these parts import beside the standard library and the project.
LIBRARIES_OF = {
    "audio/": {"numpy", "soundfile", "soxr"},
    "entropy/": {"numpy", "constriction"},
    "signal/": {"array_api_compat", "numpy", "threadpoolctl", "torch", "torchaudio"},
    "networks/": {"array_api_compat", "numpy", "safetensors", "torch"},
    "training/": {"torch", "torchaudio", "numpy", "soundfile", "safetensors", "tqdm"},
}


def imports(tree: ast.Module) -> set[str]:
    """Dotted names of all modules that a module imports, and of the names it takes from them."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"a relative import in line {node.lineno}: write it in full"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


IMPORTS = {name: imports(ast.parse(path.read_text())) for name, path in MODULES.items()}


def libraries(module: str) -> set[str]:
    """Top-level names of the third-party libraries that a module imports."""
    tops = {name.partition(".")[0] for name in IMPORTS[module]}
    return tops - set(sys.stdlib_module_names) - {PACKAGE}


def project_imports(module: str) -> set[str]:
    """What a module imports of the project, without the package's name."""
    prefix = f"{PACKAGE}."
    return {name.removeprefix(prefix) for name in IMPORTS[module] if name.startswith(prefix)}


def below(*beginnings: str) -> list[str]:
    return [module for module in MODULES if module.startswith(beginnings)]


def is_within(name: str, allowed: Iterable[str]) -> bool:
    return any(name == part or name.startswith(f"{part}.") for part in allowed)


def test_the_source_is_found() -> None:
    assert "errors.py" in MODULES
    assert {"numpy", "constriction"} <= set().union(*map(libraries, below("entropy/")))


def test_every_folder_has_its_rule() -> None:
    folders = {module.partition("/")[0] for module in MODULES if "/" in module}
    assert folders <= PROJECT_IMPORTS.keys() | {"pipelines"}


@pytest.mark.parametrize("folder", PROJECT_IMPORTS)
def test_folders_import_only_those_below_them(folder: str) -> None:
    allowed = PROJECT_IMPORTS[folder] | {folder, *EVERYWHERE}
    for module in below(f"{folder}/"):
        forbidden = {name for name in project_imports(module) if not is_within(name, allowed)}
        assert not forbidden, f"{module} may not import {forbidden}"


def test_nothing_but_the_registry_imports_the_pipelines() -> None:
    for module in set(MODULES) - set(below("pipelines/")) - {"pipeline_registry.py"}:
        assert not {name for name in project_imports(module) if is_within(name, ["pipelines"])}, (
            f"{module} imports the pipelines"
        )


@pytest.mark.parametrize(("folder", "other"), STRANGERS)
def test_twins_know_nothing_of_each_other(folder: str, other: str) -> None:
    assert below(folder)
    for module in below(folder):
        known = {name for name in project_imports(module) if is_within(name, [other])}
        assert not known, f"{module} imports {known}"


def test_no_pipeline_imports_another() -> None:
    """What several need lies in modules of `pipelines` that are no pipeline, or below them."""
    folders = {module.split("/")[1] for module in below("pipelines/") if module.count("/") > 1}
    for module in below("pipelines/"):
        own = module.split("/")[1] if module.count("/") > 1 else None
        others = [f"pipelines.{folder}" for folder in folders - {own}]
        assert not {name for name in project_imports(module) if is_within(name, others)}, (
            f"{module} imports another pipeline"
        )


def test_the_bench_knows_no_kedro_and_no_pipeline() -> None:
    for module in below("bench/", "evaluation/", "component"):
        assert not libraries(module) & {"kedro", "kedro_datasets", "kedro_mlflow", "mlflow"}


@pytest.mark.parametrize("library", LIBRARY_HOMES)
def test_libraries_stay_at_home(library: str) -> None:
    homes = LIBRARY_HOMES[library]
    strangers = [
        module
        for module in MODULES
        if is_within_library(module, library) and not (homes and module.startswith(homes))
    ]
    assert strangers == [], f"only {homes or 'nobody'} may import {library}"


def is_within_library(module: str, library: str) -> bool:
    return any(is_within(name, [library]) for name in IMPORTS[module])


@pytest.mark.parametrize("part", WITHOUT_TORCH)
def test_parts_without_torch(part: str) -> None:
    for module in below(part):
        assert not libraries(module) & {"torch", "torchaudio"}, f"{module} imports PyTorch"


@pytest.mark.parametrize("part", LIBRARIES_OF)
def test_parts_with_few_libraries(part: str) -> None:
    for module in below(part):
        surplus = libraries(module) - LIBRARIES_OF[part]
        assert not surplus, f"{module} may not import {surplus}"


@pytest.mark.parametrize("module", MODULES)
def test_nothing_is_printed(module: str) -> None:
    calls = [node for node in ast.walk(parse(module)) if isinstance(node, ast.Call)]
    lines = [
        call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"
    ]
    assert lines == [], f"{module} prints: log it"


@pytest.mark.parametrize("module", MODULES)
def test_files_and_functions_are_short(module: str) -> None:
    lines = len(MODULES[module].read_text().splitlines())
    assert lines <= FILE_LINES, f"{module} has {lines} lines"
    for node in ast.walk(parse(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES, f"{module}: {node.name} has {length} lines"


@pytest.mark.parametrize("module", [module for module in MODULES if module.endswith("__init__.py")])
def test_folders_say_what_they_are_for(module: str) -> None:
    assert ast.get_docstring(parse(module)), f"{module} has no docstring"


def parse(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text())
