"""Messages are for people: they have numbers and labels, not NumPy's names for them."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from sklearn.compose import make_column_transformer
from sklearn.preprocessing import OneHotEncoder

import model_runtime
from model_runtime.bundle.engines import SklearnEngine, Unanswerable
from model_runtime.compiler.compile import NotCompilable
from model_runtime.compiler.nodes import NotConvertible
from model_runtime.counts import counted
from model_runtime.errors import ProjectError
from model_runtime.features.columns import shown
from model_runtime.training.run import train
from model_runtime.training.use_case import UseCase

from .support.settings import settings_in
from .support.small_cases import FEATURES, Preprocessor, case, customers, logistic

_STEP = re.compile(r"\b(?:train|push|deploy|fetch it|promote it) (?:again|anew)\b", re.IGNORECASE)

SCALARS = [
    np.float64(32.1),
    np.float32(0.5),
    np.float64("nan"),
    np.float64(-1e300),
    np.int64(3),
    np.uint8(255),
    np.bool_(True),
    np.bool_(False),
    np.str_("no (yet)"),
    np.str_("it's"),
    np.str_('"quoted" and it\'s'),
    np.bytes_(b"a)b"),
]


@pytest.mark.parametrize("kind", [ProjectError, Unanswerable, NotConvertible, NotCompilable])
@pytest.mark.parametrize("value", SCALARS, ids=repr)
def test_numpys_values_are_written_as_pythons_own(
    kind: type[Exception], value: "np.generic[Any]"
) -> None:
    plain = repr(value.item())
    assert str(kind(f"it is {value!r}, of {[value, value]!r}")) == (
        f"it is {plain}, of [{plain}, {plain}]"
    )
    assert shown([value]) == f"[{plain}]"


@given(st.text().map(lambda text: text.rstrip("\0")))  # which NumPy's texts can't end with
def test_a_label_is_written_as_python_writes_it(label: str) -> None:
    assert str(ProjectError(f"{[np.str_(label)]!r} here")) == f"{[label]!r} here"


@given(st.text().filter(lambda text: "np." not in text))
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert str(ProjectError(text)) == text


def failure(use_case: UseCase, folder: Path) -> str:
    with pytest.raises(ProjectError) as refusal:
        train(use_case, settings_in(folder), Console(quiet=True))
    return str(refusal.value)


def test_hooks_that_return_numpys_values_are_quoted_without_them(tmp_path: Path) -> None:
    def named(names: Any) -> UseCase:
        return UseCase(FEATURES, case().data_loader, Preprocessor, logistic, names)

    swapped = failure(named(lambda model: list(model.classes_[::-1])), tmp_path)
    assert "calls the class 'no' 'yes'" in swapped
    twice = failure(named(lambda model: [model.classes_[0]] * 2), tmp_path)
    assert "returned ['no', 'no'], in which a name is there twice" in twice
    numbers = failure(named(lambda model: list(np.arange(2))), tmp_path)
    assert "returned [0, 1]" in numbers
    columns = customers().rename(columns={"age": 7})
    columns.columns = pd.Index([*columns.columns[:-1], np.int64(7)], dtype=object)
    assert "np." not in failure(case(frame=columns), tmp_path)
    odd = customers().astype({"age": object})
    odd.loc[0, "age"] = [[np.float64(32.1)]]
    assert "np." not in failure(case(frame=odd), tmp_path)


def test_a_librarys_own_words_reach_people_without_them() -> None:
    frame = pd.DataFrame({"age": [1.5, 2.5]})
    encoder = make_column_transformer((OneHotEncoder(), ["age"])).fit(frame)
    encoder.predict = encoder.transform
    with pytest.raises(Unanswerable, match=r"unknown categories \[32\.1\]"):
        SklearnEngine(encoder, "regression").run({"age": np.array([[32.1]])})


def test_a_message_that_asks_for_a_step_has_its_command() -> None:
    lacking = [
        f"{file.name}:{line}: {text}"
        for file in Path(model_runtime.__file__).parent.rglob("*.py")
        for line, text in texts(ast.parse(file.read_text("utf-8")))
        if (step := _STEP.search(text)) and "make " not in text[step.start() :][:60]
    ]
    assert not lacking


_PLURAL = re.compile(r" (?:[a-z]+ )?(?!(?:is|was|has|its|this|as|less)\b)[a-z]{2,}s\b")
_MANY = re.compile(r"[A-Z_.\d]+|most|longest|csv\.field_size_limit\(\)|counted\(.*")
"""Counts that are never one, limits and constants, and what has its words."""


def test_a_count_has_the_words_for_one() -> None:
    fixed = [
        f"{file.name}:{node.lineno}: {ast.unparse(value)}{after}"
        for file in Path(model_runtime.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.JoinedStr)
        for value, after in counts(node)
        if _PLURAL.match(after) and not _MANY.fullmatch(ast.unparse(value))
    ]
    assert not fixed, "by counted(number, 'word')"


def counts(text: ast.JoinedStr) -> Iterator[tuple[ast.expr, str]]:
    """Yield what looks like a whole number in a text, with the words that follow."""
    for value, after in pairwise(text.values):
        if isinstance(value, ast.FormattedValue) and isinstance(after, ast.Constant):
            form = value.format_spec and ast.unparse(value.format_spec)
            if form == "f','" or ast.unparse(value.value).startswith("len("):
                yield value.value, str(after.value)


@pytest.mark.parametrize(
    ("number", "words", "said"),
    [
        (1, ("row",), "1 row"),
        (0, ("row",), "0 rows"),
        (1200, ("class", "classes"), "1,200 classes"),
        (np.int64(1), ("class", "classes"), "1 class"),
    ],
)
def test_one_is_not_many(number: int, words: tuple[str, ...], said: str) -> None:
    assert counted(number, *words) == said


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the texts of a module with their lines, but no docstrings."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            told.update(map(id, node.values))
            parts = [each.value if isinstance(each, ast.Constant) else "…" for each in node.values]
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and id(node) not in told:
            yield node.lineno, str(node.value)
