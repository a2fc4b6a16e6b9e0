"""Data flows one way: use_case -> training -> bundle -> serving; and no two parts need each other.

A part is a folder of the package or a module at its top. Every part has a row below.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

import pytest

import model_runtime

PACKAGE = Path(model_runtime.__file__).parent

GROUND = (
    *(
        "counts",
        "misspelt",
        "errors",
        "tasks",
        "json_text",
        "blanks",
        "html_page",
        "git",
        "downloads",
        "free_memory",
        "place",
        "keyed_hash",
    ),
    *("files", "partitions", "hooks", "terminal", "progress", "yaml_loader", "yaml_file"),
    *("humanised", "project", "api_key", "settings", "features"),
)
"""The ground, which every part may import; each of its modules imports only those before it."""

BASES = ("words", "encoding", "prepared_columns", "memory", "preprocessing")
"""The base of the Preprocessor and its parts, over pandas and scikit-learn: likewise."""

PARTS: dict[str, set[str]] = {
    "bundle": set(),
    "tables": set(),
    "drafting": {"preprocessing", "tables"},
    "notebook": set(),
    "profiling": {"drafting", "preprocessing", "tables", "training"},
    "compiler": {"bundle", "preprocessing"},
    "training": {"bundle", "cluster", "compiler", "preprocessing"},
    "registry": {"bundle", "scoring", "training"},
    "automl": {"cluster", "training"},
    "cluster": set(),
    "contract": {"bundle"},
    "explanation": {"bundle", "contract"},
    "serving": {"bundle", "contract", "explanation"},
    "scoring": {"bundle", "cluster", "contract", "tables"},
    "evaluation": {"bundle", "scoring", "tables", "training"},
    "monitoring": {"bundle", "evaluation", "scoring", "tables", "training"},
    "postman": {"bundle", "contract", "explanation", "serving"},
    "testing": {"bundle", "scoring", "training"},
    "imports": {"testing"},
    "load": {"bundle", "contract", "testing"},
    "delivery": {"bundle", "postman", "testing"},
    "doctor": {
        *("automl", "bundle", "compiler", "delivery", "preprocessing", "profiling", "training"),
    },
    "cli": {
        *("automl", "bundle", "cluster", "delivery", "doctor", "drafting", "evaluation", "load"),
        *(
            "monitoring",
            "notebook",
            "postman",
            "profiling",
            "registry",
            "scoring",
            "serving",
            "tables",
            "training",
        ),
    },
    "__main__": {"cli"},
}
"""The other parts: what each may import beside the ground."""

NOT_IN_THE_IMAGE = {
    *("flaml", "matplotlib", "mlflow", "onnx", "pandas", "polars", "pyarrow", "rich", "skl2onnx"),
    *("sklearn", "skops", "typer"),
}
"""Modules that a service of a compiled model does without; the image has none of them."""


def allowed() -> dict[str, set[str]]:
    """Return for each part the parts that it may import."""
    rows = {name: set(GROUND[:place]) for place, name in enumerate(GROUND)}
    rows |= {name: {*GROUND, *BASES[:place]} for place, name in enumerate(BASES)}
    return rows | {name: {*GROUND, *others} for name, others in PARTS.items()}


@cache
def imports() -> dict[str, dict[str, str]]:
    """Return for each part the parts that it imports, anywhere in it, and one module that does."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        module = file.relative_to(PACKAGE).with_suffix("")
        if module.parts == ("__init__",):  # its names are imported when they are asked for
            continue
        part = found.setdefault(module.parts[0], {})
        part |= {other: str(module) for other in imported(file) if other != module.parts[0]}
    return found


def imported(file: Path) -> Iterator[str]:
    """Yield the parts that a module imports, its own among them."""
    folder = file.relative_to(PACKAGE).parts[:-1]
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            assert PACKAGE.name not in {each.name.split(".")[0] for each in node.names}, file
        if not isinstance(node, ast.ImportFrom):
            continue
        if not node.level:
            assert str(node.module).split(".")[0] != PACKAGE.name, f"{file}: import relatively"
            continue
        above = folder[: len(folder) - node.level + 1]
        names = [node.module] if node.module else [alias.name for alias in node.names]
        yield from ((*above, *name.split("."))[0] for name in names if name[:2] != "__")


def test_every_part_has_a_row_and_every_row_a_part() -> None:
    assert set(imports()) == set(allowed())


@pytest.mark.parametrize("part", allowed())
def test_a_part_imports_only_what_its_row_names(part: str) -> None:
    wrong = {other: by for other, by in imports()[part].items() if other not in allowed()[part]}
    assert not wrong, f"{part} may not import {', '.join(wrong)}; see {', '.join(wrong.values())}"


def test_no_two_parts_need_each_other() -> None:
    try:
        TopologicalSorter(imports()).prepare()
    except CycleError as error:
        steps = [f"{one} is imported by {other}" for one, other in pairwise(error.args[1])]
        pytest.fail(", ".join(steps))


def files(part: str) -> list[Path]:
    """Return the modules of a folder, or the one that is named."""
    place = PACKAGE / part
    return [place] if place.is_file() else sorted(place.rglob("*.py"))


def loaded_by(*parts: str) -> set[str]:
    """Return the names of the packages that a process has loaded with all modules of parts."""
    return {name.split(".")[0] for name in modules_loaded_by(*parts)}


def modules_loaded_by(*parts: str) -> set[str]:
    """Return the names of the modules likewise."""
    names = [
        ".".join([PACKAGE.name, *file.relative_to(PACKAGE).with_suffix("").parts])
        for part in parts
        for file in files(part)
        if file.stem != "__init__"
    ]
    code = f"import sys, json\nfor name in {names}: __import__(name)\n"
    code += "print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(json.loads(done.stdout))


def test_serving_loads_nothing_that_the_image_does_without() -> None:
    assert not loaded_by("bundle", "serving") & NOT_IN_THE_IMAGE


def test_serving_loads_no_reference_and_no_explanation_before_it_is_told_to() -> None:
    loaded = modules_loaded_by("serving")
    assert "model_runtime.bundle.read" in loaded
    assert not {"model_runtime.bundle.reference", "model_runtime.explanation"} & loaded


def test_delivery_of_an_image_loads_nothing_that_learns() -> None:
    assert not loaded_by("bundle", "delivery/image.py") & (NOT_IN_THE_IMAGE - {"rich", "typer"})


def test_the_command_line_loads_what_computes_only_for_the_commands_that_do() -> None:
    assert not loaded_by("cli") & {"numpy", "onnxruntime", *NOT_IN_THE_IMAGE - {"rich", "typer"}}


def test_what_only_starts_a_service_or_asks_it_loads_nothing_that_learns() -> None:
    learns = NOT_IN_THE_IMAGE - {"matplotlib", "rich", "typer"}
    assert not loaded_by("delivery", "imports", "load", "testing/service.py") & learns


def test_training_in_memory_loads_nothing_that_partitions_need() -> None:
    loaded = loaded_by("training", "partitions", "hooks.py", "cluster/connect.py")
    assert "sklearn" in loaded
    assert not loaded & {"dask", "distributed", "fsspec"}
