"""The names that a project's own files may import are declared, documented and kept."""

import ast
import re
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import model_runtime
from model_runtime import testing
from model_runtime.hooks import BaseDataLoader
from model_runtime.preprocessing import BasePreprocessor

from .support.sample import ORIGINAL, RUNTIME

PAGE = (RUNTIME / "docs" / "public-api.md").read_text("utf-8")
CONTRACT = {"contract.check_openapi", "contract.check_scoring"}


def section(module: str) -> str:
    """Return the page's part about a module."""
    (found,) = re.findall(rf"^## `{re.escape(module)}`$(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    return str(found)


def documented(module: str) -> set[str]:
    """Return the names in the first column of the page's table of a module."""
    table = section(module).split("| name |")[1].split("\n\n")[0]
    return set(re.findall(r"^\| `([\w.]+)`", table, re.M))


def imported(text: str) -> Iterator[str]:
    """Yield what a file imports of the library, such as `model_runtime.search`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if is_ours(each.name))
        if isinstance(node, ast.ImportFrom) and not node.level and is_ours(str(node.module)):
            yield from (f"{node.module}.{each.name}" for each in node.names)


def is_ours(module: str) -> bool:
    return module.split(".")[0] == model_runtime.__name__


def public() -> set[str]:
    """Return all public names, such as `model_runtime.testing.Service`."""
    names = {f"model_runtime.{name}" for name in model_runtime.__all__}
    return names | {f"model_runtime.testing.{name}" for name in {*testing.__all__, *CONTRACT}}


def test_the_page_documents_the_public_names_and_no_others() -> None:
    assert documented("model_runtime") == set(model_runtime.__all__)
    assert documented("model_runtime.testing") == {*testing.__all__, *CONTRACT}


@pytest.mark.parametrize("name", sorted(public()))
def test_a_public_name_is_there(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    found = getattr(import_module(module), attribute)
    assert attribute == "__version__" or found.__doc__


def test_what_is_public_is_what_a_reader_of_the_module_is_shown() -> None:
    assert dir(model_runtime) == sorted(model_runtime.__all__)


@pytest.mark.parametrize("base", [BaseDataLoader, BasePreprocessor])
def test_the_page_names_each_hook_that_a_base_has(base: type) -> None:
    hooks = [name for name in vars(base) if not name.startswith("_")]
    assert not [name for name in hooks if f"`{name}`" not in section("model_runtime")]
    functions = [getattr(base, name) for name in hooks if callable(getattr(base, name))]
    assert not [each.__name__ for each in functions if not each.__doc__]


def test_the_pages_examples_run_and_import_public_names_alone() -> None:
    examples = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)
    assert len(examples) == 6
    found: dict[str, object] = {}
    for text in examples:
        assert set(imported(text)) <= public()
        own: dict[str, object] = {}
        exec(text, own)
        found |= own
    for name in ("DataLoader", "Preprocessor", "train_model", "get_classes"):
        assert callable(found[name])


def test_the_sample_project_imports_public_names_alone() -> None:
    files = sorted((ORIGINAL / "src").rglob("*.py"))
    names = {name for file in files for name in imported(file.read_text("utf-8"))}
    assert names
    assert names <= public()


@pytest.fixture
def renamed(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The library as if BaseDataLoader had been called Loader until this version."""
    monkeypatch.setitem(model_runtime._RENAMED, "Loader", ("BaseDataLoader", "0.2"))
    return model_runtime


def test_a_renamed_name_works_and_warns_where_it_is_imported(renamed: ModuleType) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")
        from model_runtime import Loader
    assert Loader is BaseDataLoader
    (warning,) = told
    assert warning.category is FutureWarning
    assert "model_runtime.Loader is BaseDataLoader now; the old name ends with 0.2" in str(
        warning.message
    )
    assert Path(warning.filename) == Path(__file__)
    assert "Loader" not in dir(renamed)


def test_a_name_that_was_never_there_is_told() -> None:
    with pytest.raises(AttributeError, match="module 'model_runtime' has no attribute 'Loader'"):
        _ = model_runtime.Loader


def overdue(renames: dict[str, tuple[str, str]], version: str) -> list[str]:
    """Return the old names that should be gone by a version, or whose new name is none."""
    now = [int(part) for part in version.split(".")[:2]]
    ends = {old: [int(part) for part in end.split(".")] for old, (_, end) in renames.items()}
    gone = {old for old, end in ends.items() if end <= now}
    return sorted(
        gone | {old for old, (new, _) in renames.items() if new not in model_runtime.__all__}
    )


def test_an_old_name_ends_with_the_version_that_was_told() -> None:
    example = {"Loader": ("BaseDataLoader", "0.3"), "seek": ("search", "0.2"), "a": ("b", "9.0")}
    assert overdue(example, "0.2.1") == ["a", "seek"]
    assert overdue(model_runtime._RENAMED, model_runtime.__version__) == []


def test_no_public_name_is_a_module_too() -> None:
    """Once a submodule is imported, it would be in the name's place."""
    modules = {file.stem for file in Path(model_runtime.__file__).parent.iterdir()}
    assert not modules & {*model_runtime.__all__}
