"""Data flows one way: use_case -> training -> bundle -> serving."""

import ast
from pathlib import Path

import pytest

import model_runtime

PACKAGE = Path(model_runtime.__file__).parent
FORBIDDEN = {
    "use_case": {"training", "bundle", "serving", "registry", "release", "scoring", "evaluation"},
    "training": {"serving", "release", "scoring", "evaluation"},
    "registry": {"training", "serving", "release", "scoring", "evaluation", "use_case"},
    "release": {"serving", "scoring", "evaluation"},
    "evaluation": {"serving", "registry", "release"},
    "scoring": {
        "serving",
        "training",
        "registry",
        "release",
        "evaluation",
        "use_case",
        "preprocessing",
    },
    "contract": {"training", "serving", "scoring", "evaluation", "postman", "registry", "use_case"},
    "bundle": {"training", "serving", "registry", "release", "use_case", "preprocessing"},
    "serving": {"training", "registry", "release", "evaluation", "use_case", "preprocessing"},
}


def imported(file: Path) -> set[str]:
    """Return the parts of the package that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 2:
            parts = [node.module] if node.module else [alias.name for alias in node.names]
            found |= {part.split(".")[0] for part in parts}
        if isinstance(node, ast.ImportFrom) and not node.level:
            assert not str(node.module).startswith(PACKAGE.name), f"{file}: import relatively"
    return found


@pytest.mark.parametrize("part", FORBIDDEN)
def test_a_part_imports_only_what_lies_before_it(part: str) -> None:
    modules = sorted((PACKAGE / part).rglob("*.py"))
    assert modules
    for module in modules:
        wrong = imported(module) & FORBIDDEN[part]
        assert not wrong, f"{module.relative_to(PACKAGE)} imports {wrong}"
