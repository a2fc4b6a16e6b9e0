"""A project's imports are brought to the library's public names, and nothing else is touched."""

import ast
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from model_runtime.errors import ProjectError
from model_runtime.imports.__main__ import main, public_names
from model_runtime.imports.rewrite import Place, Rewritten, rewrite
from model_runtime.project import project

GONE = {"shop.errors", "shop.download", "shop.bundle.read", "shop.preprocessing", "shop.automl"}
GONE |= {"shop.training", "shop.training.fit", "tests.service"}
USE_CASE = Place(("shop", "use_case"), GONE.__contains__, public_names())
TESTS = Place(("tests", "use_case"), GONE.__contains__, public_names())


def changed(text: str, place: Place = USE_CASE) -> str:
    new = rewrite(text, place)
    assert new.left == []
    assert rewrite(new.text, place) == Rewritten(new.text)
    return new.text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from ..errors import ProjectError\n", "from model_runtime import ProjectError\n"),
        ("from shop.errors import ProjectError", "from model_runtime import ProjectError"),
        ("from ..download import download as get", "from model_runtime import download as get"),
        ("from ..automl import(search)  # ours", "from model_runtime import(search)  # ours"),
        (
            "from ..errors import (  # why\n    ProjectError,  # this\n)\n",
            "from model_runtime import (  # why\n    ProjectError,  # this\n)\n",
        ),
        ("from ..errors \\\n    import ProjectError", "from model_runtime import ProjectError"),
        (
            "def f() -> None:\n\tü = 1; from ..errors import ProjectError; ü += 1\n",
            "def f() -> None:\n\tü = 1; from model_runtime import ProjectError; ü += 1\n",
        ),
        (
            "x = 1\r\nfrom ..errors import ProjectError\r\n",
            "x = 1\r\nfrom model_runtime import ProjectError\r\n",
        ),
        (
            "from .rows import Feature\nimport errors\n",
            "from .rows import Feature\nimport errors\n",
        ),
    ],
)
def test_a_public_name_is_imported_from_the_library(before: str, after: str) -> None:
    assert changed(before) == after


def test_tests_take_their_helpers_from_the_librarys() -> None:
    before = "from shop.bundle.read import Bundle\n\nfrom ..service import Service\n"
    after = (
        "from model_runtime.testing import Bundle\n\nfrom model_runtime.testing import Service\n"
    )
    assert changed(before, TESTS) == after


def test_an_import_of_public_and_internal_names_is_split_and_the_rest_named() -> None:
    before = "if True:\n    from shop.bundle.read import Bundle as B, read_bundle\n"
    new = rewrite(before, TESTS)
    assert new.text == (
        "if True:\n"
        "    from model_runtime.testing import Bundle as B\n"
        "    from shop.bundle.read import read_bundle\n"
    )
    assert [line for line, _ in new.left] == [2]
    assert "read_bundle was shop.bundle.read's" in new.left[0][1]


def test_what_would_lose_a_comment_is_named_and_left() -> None:
    before = "from shop.bundle.read import (\n    Bundle,  # mine\n    read_bundle,\n)\n"
    new = rewrite(before, TESTS)
    assert new.text == before
    assert "has a comment in it" in " ".join(sentence for _, sentence in new.left)


@pytest.mark.parametrize(
    "line",
    [
        "from ..training.fit import fit",
        "from .. import errors",
        "import shop.errors as e",
        "from ..errors import *",
        "from shop import training",
    ],
)
def test_what_has_no_public_name_is_left_and_named_with_its_line(line: str) -> None:
    new = rewrite(f"# A comment\n{line}\n", USE_CASE)
    assert new.text == f"# A comment\n{line}\n"
    assert [number for number, _ in new.left] == [2]


@pytest.mark.parametrize(
    "head", ["class DataLoader:", "class DataLoader():", "class  DataLoader ( ) :"]
)
def test_a_loader_without_a_base_gets_the_librarys(head: str) -> None:
    before = f'"""Data."""\n\nimport os\nfrom .rows import x\n\n\n{head}  # ours\n'
    before += "    def load_data(self):\n        from ..errors import ProjectError\n"
    after = changed(before)
    assert "\n\nimport os\nfrom model_runtime import BaseDataLoader\nfrom .rows import x\n" in after
    assert "class DataLoader(BaseDataLoader)" in after
    assert ":  # ours\n" in after
    assert "        from model_runtime import ProjectError\n" in after
    ast.parse(after)


@pytest.mark.parametrize("bases", ["Base", "metaclass=Meta"])
def test_a_loader_that_has_a_base_stays(bases: str) -> None:
    text = f"from .mine import Base, Meta\n\n\nclass DataLoader({bases}):\n    ...\n"
    assert changed(text) == text


def test_a_loader_in_a_file_without_imports_gets_one_below_the_files_first_comment() -> None:
    text = "# Ours.\nclass DataLoader:\n    pass\n"
    after = "# Ours.\nfrom model_runtime import BaseDataLoader\nclass DataLoader(BaseDataLoader):\n"
    assert changed(text) == f"{after}    pass\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A small project that has the imports of its former days."""
    files = {
        "pyproject.toml": '[tool.model-runtime]\npackage = "shop"\n',
        "src/shop/use_case/data_loader.py": (
            "from ..errors import ProjectError\n\n\nclass DataLoader:\n    x = ProjectError\n"
        ),
        "src/shop/use_case/model.py": "from .mine import x\n",
        "tests/use_case/test_mine.py": "# Ä\nfrom ..service import Service, running\n",
        "tests/table.py": "X = 'shop.csv'\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def run(shop: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "model_runtime.imports"]
    return subprocess.run(command, cwd=shop, capture_output=True, text=True, check=False)


@pytest.fixture
def inside(shop: Path) -> Iterator[Path]:
    """The small project, as the one of the current folder in this process."""
    with contextlib.chdir(shop):
        project.cache_clear()
        yield shop
    project.cache_clear()
    project()  # that of the sample again, before a test leaves its folder


def contents(shop: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in shop.rglob("*") if path.is_file()}


def test_the_command_changes_what_it_can_and_names_the_rest(shop: Path) -> None:
    done = run(shop)
    assert done.returncode == 1, done.stderr
    assert "changed src/shop/use_case/data_loader.py\n" in done.stdout
    assert "tests/use_case/test_mine.py:2: running was tests.service's" in done.stdout
    loader = (shop / "src/shop/use_case/data_loader.py").read_text("utf-8")
    assert "class DataLoader(BaseDataLoader):" in loader
    test = (shop / "tests/use_case/test_mine.py").read_text("utf-8")
    assert test.startswith("# Ä\nfrom model_runtime.testing import Service\n")


def test_what_was_changed_is_not_changed_again(
    inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main() == 1
    assert "changed src/shop/use_case/data_loader.py\n" in capsys.readouterr().out
    before = contents(inside)
    main()
    assert "changed" not in capsys.readouterr().out.replace("has to be changed", "")
    assert contents(inside) == before


def test_a_file_that_is_no_python_is_named_and_nothing_is_changed(shop: Path) -> None:
    (shop / "tests" / "broken.py").write_text("from import x\n")
    before = contents(shop)
    done = run(shop)
    assert done.returncode == 1
    assert "tests/broken.py can't be read" in done.stderr
    assert contents(shop) == before


def test_a_file_that_cant_be_written_leaves_all_as_they_were(inside: Path) -> None:
    (inside / "tests" / "use_case" / ".test_mine.py.part").mkdir()
    before = contents(inside)
    with pytest.raises(ProjectError, match=r"\.test_mine\.py\.part can't be written"):
        main()
    assert contents(inside) == before
