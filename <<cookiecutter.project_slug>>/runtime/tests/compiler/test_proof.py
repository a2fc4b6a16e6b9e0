"""The proof: nothing that differs passes it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import make_pipeline

from model_runtime.bundle.engines import Unanswerable
from model_runtime.bundle.row_answers import BLOCK
from model_runtime.compiler.prove import prove


def pipeline() -> Any:
    X = pd.DataFrame({"x": np.arange(100.0)})
    return make_pipeline(DummyClassifier(strategy="prior").fit(X, np.arange(100) % 3))


def rows(n: int) -> dict[str, pd.DataFrame]:
    return {"rows": pd.DataFrame({"x": np.arange(float(n))})}


class Changed:
    """An engine that answers as the pipeline does, but for a change."""

    inline_rows = 1

    def __init__(self, change: Callable[[Any, Any], Any]) -> None:
        self._pipeline, self._change = pipeline(), change

    def run(self, columns: Any) -> Any:
        x = columns["x"].ravel()
        return self._change(x, np.array(self._pipeline.predict_proba(pd.DataFrame({"x": x}))))


def refusing(refused: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    def change(x: Any, outputs: Any) -> Any:
        if refused(x).any():
            raise Unanswerable("these are too strange")
        return outputs

    return change


def test_an_engine_that_answers_the_same_is_proven() -> None:
    engine = Changed(lambda x, outputs: outputs)
    parity = prove(pipeline(), engine, rows(500), "classification", 500)
    assert (parity.proven, parity.obstacle, parity.rows) == (True, None, {"rows": 500})


CHANGES: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "a NaN": (lambda x, p: np.where(x[:, None] == 7, np.nan, p), "can't answer.*: 1 rows"),
    "all NaN": (lambda x, p: p * np.nan, "can't answer.*: 500 rows"),
    "an infinity": (lambda x, p: np.where(x[:, None] == 7, np.inf, p), "can't answer.*: 1 rows"),
    "too few rows": (lambda x, p: p[:-1], "can't answer"),
    "too few classes": (lambda x, p: p[:, :2], "can't answer.*: 500 rows"),
    "no classes": (lambda x, p: p[:, :0], "can't answer.*: 500 rows"),
    "one number a row": (lambda x, p: p[:, 0], "can't answer.*: 500 rows"),
    "a refused row": (refusing(lambda x: x == 7), r"can't answer.*: 1 rows \(these are too str"),
    "all refused": (refusing(lambda x: x >= 0), "can't answer.*: 500 rows"),
    "an error": (lambda x, p: p["no such column"], "can't answer"),
    "a little more": (lambda x, p: p + 2e-5 * (x[:, None] == 7), "1 rows differ .* 2e-05"),
    "another class": (lambda x, p: p[:, ::-1], "500 rows get another class"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_engine_that_is_changed_is_never_proven(name: str) -> None:
    change, said = CHANGES[name]
    parity = prove(pipeline(), Changed(change), rows(500), "classification", 100)
    assert not parity.proven
    assert pd.Series([parity.obstacle]).str.contains(said)[0], parity.obstacle


def strict() -> Any:
    """A pipeline that refuses numbers below 0."""

    class Strict:
        classes_ = np.array([0, 1])

        def predict_proba(self, X: pd.DataFrame) -> Any:
            if (X["x"] < 0).any():
                raise ValueError("below 0")
            return np.tile([0.25, 0.75], (len(X), 1))

    return Strict()


class Same:
    """An engine that answers as the strict pipeline does, and refuses as asked."""

    inline_rows = 1

    def __init__(self, refuses_below: float) -> None:
        self._below = refuses_below

    def run(self, columns: Any) -> Any:
        if (columns["x"] < self._below).any():
            raise Unanswerable("below")
        return np.tile([0.25, 0.75], (len(columns["x"]), 1))


def with_negative(n: int) -> dict[str, pd.DataFrame]:
    return {"rows": pd.DataFrame({"x": np.where(np.arange(n) % 10 == 0, -1.0, 1.0)})}


def test_rows_that_both_refuse_agree_and_do_not_count() -> None:
    parity = prove(strict(), Same(0), with_negative(500), "classification", 450)
    assert (parity.proven, parity.rows) == (True, {"rows": 450})
    parity = prove(strict(), Same(0), with_negative(500), "classification", 451)
    assert not parity.proven
    assert "answers only 450 of the rows" in str(parity.obstacle)
    assert "needs 451 (below 0)" in str(parity.obstacle)


def test_an_answer_where_scikit_learn_has_none_is_a_difference() -> None:
    parity = prove(strict(), Same(-2), with_negative(200), "classification")
    assert not parity.proven
    assert "answers rows that scikit-learn can't: 20 rows (below 0)" in str(parity.obstacle)


@pytest.mark.parametrize("scale", [np.nan, np.inf, 0.0, -1.0])
def test_differences_are_never_held_against_what_is_no_size(scale: float) -> None:
    groups = {"rows": pd.DataFrame({"x": [1.0, 2.0]})}
    with pytest.raises(ValueError, match="can't be held against"):
        prove(strict(), Same(0), groups, "classification", scale=scale)


def test_many_refused_rows_cost_scikit_learn_few_calls() -> None:
    calls = []

    class Counting:
        classes_ = np.array([0, 1])

        def predict_proba(self, X: pd.DataFrame) -> Any:
            calls.append(len(X))
            return strict().predict_proba(X)

    class Quiet(Same):
        def run(self, columns: Any) -> Any:
            return np.where(columns["x"] < 0, np.nan, [[0.25, 0.75]])

    rows = with_negative(100_000)
    parity = prove(Counting(), Quiet(0), rows, "classification", 20_000)
    assert (parity.proven, parity.rows) == (True, {"rows": 90_000})
    assert len(calls) < 100 + 100_000 / BLOCK


def test_an_engine_that_fails_altogether_is_known_soon() -> None:
    calls = []

    class Failing(Same):
        def run(self, columns: Any) -> Any:
            calls.append(len(columns["x"]))
            raise RuntimeError("no such input")

    rows = {"rows": pd.DataFrame({"x": np.ones(100_000)})}
    parity = prove(strict(), Failing(0), rows, "classification", 20_000)
    assert "can't answer rows that scikit-learn can" in str(parity.obstacle)
    assert "RuntimeError: no such input" in str(parity.obstacle)
    assert len(calls) < 5_000
