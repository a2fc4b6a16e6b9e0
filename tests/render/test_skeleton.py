"""The skeleton holds nothing that its delimiters, or Cookiecutter's, would take for their own."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from binaryornot.check import is_binary
from jinja2 import Environment
from jinja2.lexer import Lexer

from tests.support.files import SKELETON
from tools.examples import ROOT

FILES = sorted(
    path
    for path in SKELETON.rglob("*")
    if path.is_file()
    and path.stat().st_size
    and SKELETON / "runtime" not in path.parents
    and "__pycache__" not in path.parts
)
DELIMITERS = json.loads((ROOT / "cookiecutter.json").read_text("utf-8"))["_jinja2_env_vars"]
NAMES = {"cookiecutter", "template_version"}
STATEMENTS = {"if", "elif", "else", "endif", "include"}


def test_all_six_delimiters_are_set() -> None:
    kinds = {"variable", "block", "comment"}
    assert set(DELIMITERS) == {f"{kind}_{end}_string" for kind in kinds for end in ("start", "end")}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SKELETON)))
def test_only_the_templates_own_expressions_stand_between_delimiters(file: Path) -> None:
    environment = Environment(keep_trailing_newline=True, **DELIMITERS)
    tokens = list(Lexer(environment).tokeniter(file.read_text("utf-8"), str(file)))
    for (line, kind, _), following in pairwise(tokens):
        words = [word for _, token, word in tokens if token == "name"]
        assert kind != "comment_begin", f"{file}:{line}: a comment of the template"
        if kind == "variable_begin":
            assert NAMES & set(words)
            assert following[2].strip() in {"", *NAMES}, f"{file}:{line}: {following[2]!r}"
        if kind == "block_begin":
            after = tokens[tokens.index(following) :]
            word = next(text for _, token, text in after if token == "name")
            assert word in STATEMENTS, f"{file}:{line}: {word!r}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SKELETON)))
def test_no_text_is_taken_for_binary(file: Path) -> None:
    assert not is_binary(str(file))
