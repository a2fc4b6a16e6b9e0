"""The proof: its rows are all that a request may hold, and nothing that differs passes it."""

import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import make_pipeline

from << cookiecutter.package_name >>.bundle.engines import Unanswerable
from << cookiecutter.package_name >>.bundle.row_answers import BLOCK
from << cookiecutter.package_name >>.bundle.schema import Schema
from << cookiecutter.package_name >>.features import Feature
from << cookiecutter.package_name >>.training.odd_texts import LONGEST
from << cookiecutter.package_name >>.training.proof_rows import proof_rows
from << cookiecutter.package_name >>.training.prove import columns_of, prove

ROWS = 2_000
HUGE = np.finfo(np.float64).max

FEATURES = [
    Feature(name="free", type="number", example=1),
    Feature(name="huge", type="number", min=-1e308, max=1e308, example=1),
    Feature(name="near zero", type="number", min=0, max=1e-300, example=0),
    Feature(name="empty", type="number", optional=True, example=1),
    Feature(name="from one", type="number", min=1, optional=True, example=1),
    Feature(name="whole", type="integer", min=-2.5, max=9, example=1),
    Feature(name="any whole", type="integer", example=1),
    Feature(name="empty whole", type="integer", min=0, max=9, optional=True, example=1),
    Feature(name="yes or no", type="boolean", example=True),
    Feature(name="empty boolean", type="boolean", optional=True, example=True),
    Feature(name="label", type="category", labels=["a", "b", "never seen"], example="a"),
    Feature(name="empty label", type="category", labels=["held"], optional=True, example="held"),
    Feature(name="said", type="text", example="Hello"),
    Feature(name="empty text", type="text", optional=True, example="Hello"),
]


def schema_of(features: list[Feature]) -> Schema:
    return Schema(
        task="classification",
        target="y",
        features=features,
        classes=["no", "yes"],
        flags=["no_proba", "yes_proba"],
    )


SCHEMA = schema_of(FEATURES)


def training_rows() -> pd.DataFrame:
    """Ordinary values, and nothing at all of the features whose only value was held out."""
    count = np.arange(50.0)
    return pd.DataFrame(
        {
            "free": count / 7,
            "huge": np.linspace(-1, 1, 50) * 1e308,
            "near zero": count * 1e-302,
            "from one": np.nan,
            "whole": count % 9,
            "any whole": count,
            "yes or no": count % 2,
            "label": pd.Series(["a", "b"] * 25, dtype=object),
            "said": pd.Series(["Hello dear world", "good-bye"] * 25, dtype=object),
            **dict.fromkeys(["empty", "empty whole", "empty boolean"], np.nan),
            **{k: pd.Series([""] * 50, dtype=object) for k in ("empty label", "empty text")},
        }
    )[[feature.name for feature in FEATURES]]


@pytest.fixture(scope="module")
def groups() -> dict[str, pd.DataFrame]:
    X = training_rows()
    return proof_rows(SCHEMA, X, X.head(5), ROWS, 0)


def misfit(feature: Feature, value: Any) -> str | None:
    """Say what a request that holds a value would be refused for."""
    if value == "" or (feature.numeric and np.isnan(value)):
        return None if feature.optional or feature.type == "text" else "is missing"
    if feature.numeric and not np.isfinite(value):
        return f"is {value}"
    return feature.misfit(bool(value) if feature.type == "boolean" else value)


def test_each_row_is_one_that_a_request_may_hold(groups: dict[str, pd.DataFrame]) -> None:
    assert set(groups) == {
        "hold_out", "thresholds", "missing", "unseen", "extremes", "wide", "random"
    }  # fmt: skip
    assert len(groups["random"]) == ROWS
    for name, rows in groups.items():
        for feature in FEATURES:
            wrong = {misfit(feature, value) for value in rows[feature.name]} - {None}
            assert not wrong, f"{name}: {feature.name} {wrong}"


def test_a_number_without_bounds_goes_to_the_ends_of_both_precisions(
    groups: dict[str, pd.DataFrame],
) -> None:
    drawn = set(groups["extremes"]["free"])
    single = float(np.finfo(np.float32).max)
    assert {HUGE, -HUGE, 1e39, -1e39, single, -single, 5e-324, 0.0} <= drawn
    assert any(value == 0 and np.signbit(value) for value in groups["extremes"]["free"])


def test_bounds_are_reached_and_their_neighbours(groups: dict[str, pd.DataFrame]) -> None:
    drawn = set(groups["extremes"]["near zero"])
    assert {0.0, 5e-324, np.nextafter(1e-300, 0), 1e-300} <= drawn
    assert {-2.0, 9.0} <= set(groups["extremes"]["whole"])
    assert {1.0, np.nextafter(1, 2)} <= set(groups["extremes"]["from one"])


def test_huge_bounds_are_drawn_from_on_both_sides(groups: dict[str, pd.DataFrame]) -> None:
    drawn = groups["wide"]["huge"]
    assert (drawn < -5e307).any() and (drawn > 5e307).any() and (drawn.abs() < 5e307).any()


def test_what_may_be_missing_is_alone_and_together(groups: dict[str, pd.DataFrame]) -> None:
    optional = [feature.name for feature in FEATURES if feature.optional]
    missing = groups["missing"][optional].isin(["", np.nan])
    assert missing.all(axis=1).any()
    assert (missing.sum(axis=1) == 1).any()
    assert set(groups["missing"]["empty label"]) == {"", "held"}


def test_a_label_that_no_training_row_has_is_asked(groups: dict[str, pd.DataFrame]) -> None:
    assert set(groups["unseen"]["label"]) == {"a", "b", "never seen"}


def test_integers_stand_on_both_sides_of_where_trees_split(
    groups: dict[str, pd.DataFrame],
) -> None:
    assert set(groups["thresholds"]["whole"]) == set(np.arange(9.0))


def test_numbers_stand_where_trees_split_and_beside() -> None:
    schema = schema_of([Feature(name="x", type="number", example=1)])
    X = pd.DataFrame({"x": np.arange(1.0, 50.0)})
    drawn = proof_rows(schema, X, X, ROWS, 0)["thresholds"]["x"].to_numpy()
    distance = np.abs(drawn[:, None] / (X["x"].to_numpy()[None, :-1] + 0.5) - 1).min(axis=1)
    assert distance.max() < 1e-6
    assert (distance == 0).any() and (distance > 0).any()


def test_texts_are_of_all_of_unicode(groups: dict[str, pd.DataFrame]) -> None:
    texts = groups["random"]["said"]
    every = {unicodedata.category(chr(code)) for code in range(0x110000)} - {"Cs"}
    assert {unicodedata.category(each) for text in texts for each in text} == every
    assert "" in set(texts) and max(map(len, texts)) == LONGEST
    assert any("\0" in text for text in texts)
    assert any("dear" in text and not text.isascii() for text in texts)
    assert {"Hello dear world", "HELLO DEAR WORLD"} <= set(texts)


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


def test_texts_and_numbers_go_to_another_process_as_they_are(tmp_path: Any) -> None:
    from << cookiecutter.package_name >>.bundle.row_files import read_rows, write_rows

    X = proof_rows(SCHEMA, training_rows(), training_rows(), ROWS, 1)["random"]
    X.loc[0, "said"] = "ends with NULs \0\0"
    X.loc[1, "said"] = "half a pair \ud800"
    columns = {name: columns_of(X[feature]) for name, feature in (("rows", list(X)),)}
    write_rows(tmp_path, columns)
    for name, column in read_rows(tmp_path)["rows"].items():
        assert column.dtype == columns["rows"][name].dtype
        np.testing.assert_array_equal(column, columns["rows"][name])


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
