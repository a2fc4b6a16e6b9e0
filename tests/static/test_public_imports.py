"""The examples and the skeleton import of the library what it declares as public, and no more."""

import ast
import re

import model_runtime
import pytest
from model_runtime import testing

from tests.support.files import SKELETON
from tools.examples import ROOT

PUBLIC = {f"model_runtime.{name}" for name in model_runtime.__all__}
PUBLIC |= {f"model_runtime.testing.{name}" for name in testing.__all__}
PUBLIC |= {f"model_runtime.testing.contract.check_{name}" for name in ("openapi", "scoring")}


def imported(text: str) -> set[str]:
    """Return what a file imports of the library, such as `model_runtime.search`."""
    nodes = list(ast.walk(ast.parse(text)))
    modules = {each.name for node in nodes if isinstance(node, ast.Import) for each in node.names}
    names = {
        f"{node.module}.{each.name}"
        for node in nodes
        if isinstance(node, ast.ImportFrom)
        for each in node.names
    }
    return {name for name in modules | names if name.split(".")[0] == model_runtime.__name__}


def rendered(text: str) -> str:
    """Return a skeleton's file with both sides of each condition, and names for variables."""
    return re.sub(r"<<.*?>>", "name", re.sub(r"<%.*?%>", "", text))


@pytest.mark.parametrize("example", sorted(path.name for path in (ROOT / "examples").iterdir()))
def test_an_example_imports_public_names_alone(example: str) -> None:
    files = sorted((ROOT / "examples" / example).rglob("*.py"))
    names = {name for file in files for name in imported(file.read_text("utf-8"))}
    assert "model_runtime.BaseDataLoader" in names
    assert names <= PUBLIC


def test_a_new_project_imports_public_names_alone() -> None:
    files = [file for part in ("src", "tests") for file in sorted((SKELETON / part).rglob("*.py"))]
    names = {name for file in files for name in imported(rendered(file.read_text("utf-8")))}
    assert {"model_runtime.BasePreprocessor", "model_runtime.testing.Service"} <= names
    assert names <= PUBLIC
