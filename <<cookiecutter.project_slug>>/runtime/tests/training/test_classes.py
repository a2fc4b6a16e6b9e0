"""The classes are called what the data call them; another name has to be said."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from model_runtime.errors import ProjectError
from model_runtime.features import Features
from model_runtime.training.fit import fit
from model_runtime.training.hooks import own_classes
from model_runtime.training.use_case import UseCase

from ..support.small_cases import FEATURES, Loader, Preprocessor, customers, logistic, spending

Named = Callable[[Any], list[str]]


class Encoding(Preprocessor):
    """Learns from 1 for yes and 0 for no."""

    def encode_target(self, target: "pd.Series[Any]") -> "pd.Series[Any]":
        return (target == "yes").astype(int)


class Swapped(Preprocessor):
    """Learns from 0 for yes and 1 for no."""

    def encode_target(self, target: "pd.Series[Any]") -> "pd.Series[Any]":
        return (target == "no").astype(int)


def by_model(model: Any) -> list[str]:
    return [str(name) for name in model.classes_]


def classes_of(
    get_classes: Named = by_model,
    train_model: Callable[..., Any] = logistic,
    preprocessor: type[Preprocessor] = Preprocessor,
    frame: pd.DataFrame | None = None,
    **fields: Any,
) -> list[str]:
    """Return the classes' names of a model that was trained with these hooks."""
    data = customers() if frame is None else frame
    features = Features.model_validate(FEATURES.model_dump() | {"flags": {}} | fields)
    use_case = UseCase(features, lambda: Loader(data), preprocessor, train_model, get_classes)
    loaded = use_case.load()
    rows = use_case.rows(loaded)
    return use_case.classes(fit(use_case, rows, 0)[-1], use_case.names(loaded, rows.y))


def test_the_model_s_own_order_is_right() -> None:
    assert classes_of() == ["no", "yes"]
    assert classes_of(lambda model: ["no", "yes"], preprocessor=Encoding) == ["no", "yes"]
    assert classes_of(lambda model: ["yes", "no"], preprocessor=Swapped) == ["yes", "no"]


@pytest.mark.parametrize(
    ("names", "preprocessor"),
    [
        (["yes", "no"], Preprocessor),
        (["yes", "no"], Encoding),
        (["no", "yes"], Swapped),
        (["stays", "buys"], Preprocessor),
        (["stays", "buys"], Encoding),
        (["no", "buys"], Preprocessor),
        (["1", "0"], Encoding),
        (["0", "1"], Encoding),
        (["0", "1"], Swapped),
    ],
)
def test_swapped_and_invented_names_are_refused(
    names: list[str], preprocessor: type[Preprocessor]
) -> None:
    with pytest.raises(
        ProjectError, match=r"get_classes \(.*test_classes\.py:\d+\) calls the"
    ) as refusal:
        classes_of(lambda model: names, preprocessor=preprocessor)
    offered = "say it in features.yaml: classes: {" in str(refusal.value)
    assert offered == bool({"stays", "buys"} & set(names))  # else it would bless a swap


def test_another_name_is_taken_once_it_is_said() -> None:
    said: dict[str, Any] = {"classes": {"no": "stays", "yes": "buys"}}
    assert classes_of(lambda model: ["stays", "buys"], **said) == ["stays", "buys"]
    with pytest.raises(ProjectError, match="calls the class 'no' 'buys'"):
        classes_of(lambda model: ["buys", "stays"], **said)
    with pytest.raises(ProjectError, match=r"calls the class 'no' 'no', and in the data it is 'st"):
        classes_of(**said)
    encoded: dict[str, Any] = {"classes": {"0": "stays", "1": "buys"}}
    names = classes_of(lambda model: ["stays", "buys"], preprocessor=Encoding, **encoded)
    assert names == ["stays", "buys"]


def test_classes_that_are_joined_need_a_name() -> None:
    class Joining(Preprocessor):
        def encode_target(self, target: "pd.Series[Any]") -> "pd.Series[Any]":
            return (target != "none").astype(int)

    frame = customers().assign(bought=np.resize(["none", "few", "many"], 600))
    with pytest.raises(ProjectError, match="'1' 'some', and several labels of the data stand for"):
        classes_of(lambda model: ["none", "some"], preprocessor=Joining, frame=frame)
    said: dict[str, Any] = {"classes": {"1": "some"}}
    names = classes_of(lambda model: ["none", "some"], preprocessor=Joining, frame=frame, **said)
    assert names == ["none", "some"]


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ([0, 1], ["0", "1"]),
        ([0.0, 1.0], ["0.0", "1.0"]),
        ([False, True], ["False", "True"]),
        (pd.array([0, 1], "Int64"), ["0", "1"]),
        (pd.Categorical(["b", "a"]), ["a", "b"]),
    ],
    ids=str,
)
def test_classes_may_be_texts_whole_numbers_or_booleans(values: Any, names: list[str]) -> None:
    frame = customers().assign(bought=pd.Series(values).repeat(300).to_numpy())
    if isinstance(values, pd.api.extensions.ExtensionArray):
        frame["bought"] = frame["bought"].astype(values.dtype)
    assert classes_of(frame=frame) == names


def test_a_model_of_other_classes_than_it_was_given_is_refused() -> None:
    def own_codes(X: Any, y: Any) -> LogisticRegression:
        return LogisticRegression().fit(X, np.unique(y, return_inverse=True)[1])

    with pytest.raises(ProjectError, match=r"a model with the class '0', which is not in the y"):
        classes_of(lambda model: ["no", "yes"], own_codes)


@pytest.mark.parametrize(
    ("key", "value"), [("flags", {"no": "a", "maybe": "b"}), ("classes", {"maybe": "b"})]
)
def test_a_class_that_is_not_in_the_data_is_refused_before_anything_is_fitted(
    key: str, value: Any
) -> None:
    def never(X: Any, y: Any) -> Any:
        raise AssertionError("fitted")

    with pytest.raises(ProjectError, match=rf"{key}: 'maybe' is none of the classes in the data"):
        classes_of(train_model=never, **{key: value})


def test_brier_for_three_classes_is_refused_before_anything_is_fitted() -> None:
    frame = customers().assign(bought=np.resize(["none", "few", "many"], 600))
    with pytest.raises(ProjectError, match="brier is not measured for 3 classes; choose from acc"):
        classes_of(frame=frame, thresholds={"brier": "< 0.2"})


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (["a", 1], r"mixes texts \('a'\) and numbers \(1\)"),
        ([True, 1], r"mixes booleans \(True\) and numbers \(1\)"),
        ([0.5, 1.5], r"has the value 0\.5, which is no class"),
        (
            ["x" * 201, "y"],
            r"has the value 'x+…, which is no class: a class is a text of at most 200",
        ),
        ([["a"], ["b"]], r"has the value \['a'\], which is no class"),
        ([1 + 2j, 2 + 1j], r"has the value \(1\+2j\), which is no class"),
        (pd.to_datetime(["2030-01-01", "2031-01-01"]), "has the value Timestamp"),
        (["", "a"], "has the value '', which is no class"),
        (
            [k + 0.5 for k in range(60)],
            r"has the value .*, which is no class.* It is a number with 60 different values: "
            r"if that .* write `task: regression` in features.yaml",
        ),
    ],
)
def test_a_target_of_anything_else_is_refused_by_name(values: Any, sentence: str) -> None:
    frame = customers().drop(columns="bought")
    frame["bought"] = (list(values) * 300)[:600]
    with pytest.raises(ProjectError, match=f"The target 'bought' {sentence}"):
        classes_of(frame=frame)


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (["no", "yes"], ["no", "yes"]),
        ([False, True], ["False", "True"]),
        ([3, 7], ["3", "7"]),
        ([3.0, 7.0], ["3", "7"]),
    ],
)
def test_the_names_by_default_are_those_of_the_data(values: list[Any], names: list[str]) -> None:
    frame = customers()
    frame["bought"] = [values[label == "yes"] for label in frame["bought"]]
    assert classes_of(own_classes, frame=frame) == names


def test_a_regression_is_asked_for_no_classes() -> None:
    def unasked(model: Any) -> list[str]:
        raise AssertionError(f"get_classes was called with {model}")

    use_case = replace(spending(), get_classes=unasked)
    frame = use_case.load()
    rows = use_case.rows(frame)
    assert use_case.classes(fit(use_case, rows, 0)[-1], use_case.names(frame, rows.y)) == []
