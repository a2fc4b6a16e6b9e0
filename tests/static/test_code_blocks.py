"""Each block of code in the documentation is run, or read by what it is written for.

A block that neither can be done with says so behind its language, `unchecked:` and why, and is
counted here. What stands in the tutorial and in guides for migration is run by tests/project.
"""

import json
import re
import shutil
import subprocess
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from model_runtime.features import Feature, Features
from model_runtime.settings import Settings
from model_runtime.yaml_file import read_yaml
from pydantic import BaseModel, TypeAdapter

from tests.support.blocks import FOLDERS, Block, blocks, indented, makes, pages
from tests.support.files import COMPLETE
from tests.support.makefiles import Makefile
from tests.support.projects import Baked
from tools.examples import ROOT

from .test_public_imports import PUBLIC, imported

ALL = [block for page in pages() for block in blocks(page)]
UNCHECKED = {
    "runtime/docs/prediction-log.md": 1,
    "runtime/docs/delivery.md": 1,
    "runtime/docs/public-api.md": 1,
}
"""Blocks of which nothing is checked, by pages."""


def is_played(block: Block) -> bool:
    """Tell whether a test of the tutorial or of a guide runs a block in a project of its own."""
    whole = block.page == "docs/tutorial.md" or block.page.startswith("docs/migrating/")
    return whole or block.note.startswith("in the tutorial's project")


def of(*languages: str) -> list[Block]:
    found = [block for block in ALL if block.language in languages and not block.note]
    assert found
    return found


def test_each_block_has_a_language_that_a_test_here_reads() -> None:
    known = {"console", "http", "js", "json", "python", "sh", "text", "toml", "yaml"}
    assert not [str(block) for block in ALL if block.language not in known]
    assert not {str(page): found for page in pages() if (found := indented(page))}


def test_what_is_unchecked_says_why_and_is_counted() -> None:
    elsewhere = [block for block in ALL if block.note and not is_played(block)]
    assert all(re.fullmatch(r"unchecked: .+", block.note) for block in elsewhere)
    assert Counter(block.page for block in elsewhere) == UNCHECKED


@pytest.mark.parametrize("page", sorted({block.page for block in of("python")}))
def test_python_runs_and_imports_public_names_alone(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page's blocks are run one after the other, as a reader does in one session."""
    monkeypatch.chdir(tmp_path)
    session: dict[str, object] = {}
    for block in of("python"):
        if block.page == page:
            assert imported(block.text) <= PUBLIC
            exec(compile(block.text, str(block), "exec"), session)


def accepted(found: Any) -> None:
    """Read a part of config.yaml or of features.yaml as the library does."""
    if isinstance(found, list):
        TypeAdapter(list[Feature]).validate_python(found)
        return
    model: type[BaseModel] = Settings if set(found) <= set(Settings.model_fields) else Features
    if model is Features and "target" in found:
        Features.model_validate(found)
        return
    for key, value in found.items():
        kind: Any = model.model_fields[key].annotation
        TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize("block", of("yaml"), ids=str)
def test_yaml_is_read_by_the_librarys_own_reader(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "block.yaml"
    file.write_text(block.text, "utf-8")
    accepted(read_yaml(file, str(block)))


@pytest.mark.parametrize("block", of("json", "toml"), ids=str)
def test_json_and_toml_are_read(block: Block) -> None:
    assert json.loads(block.text) if block.language == "json" else tomllib.loads(block.text)


@pytest.mark.parametrize("block", of("http"), ids=str)
def test_heads_of_requests_are_such(block: Block) -> None:
    assert all(re.fullmatch(r"[\w-]+: \S.*", line) for line in block.text.splitlines())


@pytest.mark.skipif(not shutil.which("node"), reason="there is no node here")
@pytest.mark.parametrize("block", of("js"), ids=str)
def test_javascript_is_read_as_a_module(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "block.mjs"
    file.write_text(block.text, "utf-8")
    subprocess.run(["node", "--check", file], check=True)


def test_a_shell_can_read_each_command() -> None:
    for block in of("sh", "console"):
        script = "\n".join(block.commands)
        done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
        assert done.returncode == 0, f"{block}: {done.stderr}"


def test_make_knows_each_target_and_each_of_its_variables(baked: Baked) -> None:
    project, template = Makefile(baked(COMPLETE)), Makefile(ROOT)
    named = [(block, make) for block in of("sh", "console") for make in _makes(block)]
    assert len(named) > len(FOLDERS)
    for block, make in named:
        known = [project] if block.page.startswith("runtime/") else [project, template]
        files = [file for file in known if file.targets >= set(make.targets)]
        assert files, f"{block} names make {make.targets}"
        unknown = [make.variables - _takes(file, make.targets) for file in files]
        assert not all(unknown), f"{block}: make {make.targets} doesn't take {unknown}"


def _takes(file: Makefile, targets: tuple[str, ...]) -> set[str]:
    return {name for target in targets for name in file.variables(target)}


def _makes(block: Block) -> Any:
    return [make for command in block.commands for make in makes(command)]
