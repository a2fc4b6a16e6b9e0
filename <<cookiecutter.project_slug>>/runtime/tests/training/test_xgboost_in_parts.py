"""XGBoost learns from rows in parts: here, in one worker, in two, and where one dies."""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model_runtime import fit_in_parts
from model_runtime.cluster import Cluster, connected
from model_runtime.errors import ProjectError
from model_runtime.partitions import Part

from ..support.made_parts import COLUMNS, Made, Preparing, in_parts, made, whole

xgboost = pytest.importorskip("xgboost", reason="XGBoost is not installed (xgboost-cpu)")

pytestmark = [
    # Dask leaves sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

PASSES = 4
"""Reads of the rows before XGBoost begins with its rounds."""

CODES = {"feature_types": [*"qqqqc"], "enable_categorical": True}


def model(task: str, **options: Any) -> Any:
    kind = xgboost.XGBRegressor if task == "number" else xgboost.XGBClassifier
    return kind(n_estimators=20, max_depth=4, n_jobs=1, tree_method="hist", **options)


def learned(cluster: Cluster, parts: Sequence[Part], task: str, **options: Any) -> Any:
    found = in_parts(cluster, parts, task)
    return fit_in_parts(model(task, **options), found, found)


def trees(estimator: Any) -> Any:
    found = estimator.get_booster().get_dump(dump_format="json", with_stats=True)
    return [json.loads(each) for each in found]


def asked() -> Any:
    return Preparing("two", False)(Made("asked", 10**6, 2_000, 0)).X


@pytest.fixture(scope="module")
def here() -> Iterator[Cluster]:
    with connected("") as found:
        yield found


@pytest.fixture(scope="module")
def one() -> Iterator[Cluster]:
    with connected("local:1") as found:
        yield found


@pytest.fixture(scope="module")
def two() -> Iterator[Cluster]:
    with connected("local:2") as found:
        yield found


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("task", ["two", "three", "number"])
def test_parts_give_the_model_of_the_same_rows_in_memory(
    task: str, weighted: bool, here: Cluster
) -> None:
    parts = made([700, 1, 900, 400])
    found = in_parts(here, parts, task, weighted)
    rows = whole(parts, task, weighted)
    got = fit_in_parts(model(task, **CODES), found, found, *([found] if weighted else []))
    expected = model(task, **CODES).fit(rows.X, rows.y, sample_weight=rows.weight)
    assert trees(got) == trees(expected)
    np.testing.assert_array_equal(got.predict(asked()), expected.predict(asked()))
    if task != "number":
        np.testing.assert_array_equal(got.predict_proba(asked()), expected.predict_proba(asked()))
        np.testing.assert_array_equal(got.classes_, expected.classes_)


def test_parameters_are_those_that_were_given(here: Cluster) -> None:
    found = learned(here, made([500]), "three", learning_rate=0.2)
    assert found.get_params()["learning_rate"] == 0.2
    assert found.get_params()["base_score"] is None
    assert found.n_features_in_ == COLUMNS


def test_parts_without_rows_are_passed_over(here: Cluster) -> None:
    full = made([700, 900])
    empty = Made("empty", 10**5, 0, 0)
    some = learned(here, [empty, full[0], empty, full[1], empty], "two")
    assert trees(some) == trees(learned(here, full, "two"))


def test_cells_in_files_give_the_same_model(here: Cluster, monkeypatch: Any) -> None:
    parts = made([700, 900, 400])
    in_memory = learned(here, parts, "two")
    monkeypatch.setattr("model_runtime.training.parts.xgboost_share.free_memory", lambda: 10.0)
    in_files = learned(here, parts, "two")
    assert trees(in_files) == trees(in_memory)


def test_a_forest_learns_in_parts(here: Cluster) -> None:
    parts = made([700, 900])
    found = in_parts(here, parts, "number")
    got = fit_in_parts(xgboost.XGBRFRegressor(n_estimators=5, n_jobs=1), found, found)
    rows = whole(parts, "number")
    expected = xgboost.XGBRFRegressor(n_estimators=5, n_jobs=1).fit(rows.X, rows.y)
    assert trees(got) == trees(expected)


@pytest.mark.parametrize("values", [100, 10**9], ids=["few values", "many values"])
def test_one_worker_gives_the_model_of_this_process(
    values: int, here: Cluster, one: Cluster
) -> None:
    parts = made([2_000, 1_500, 2_500], values=values)
    assert trees(learned(one, parts, "three", **CODES)) == trees(
        learned(here, parts, "three", **CODES)
    )


def test_two_workers_give_the_same_model_where_each_value_has_a_bin(
    here: Cluster, two: Cluster
) -> None:
    parts = made([2_000, 1_500, 2_500, 1_800])
    assert trees(learned(two, parts, "three", **CODES)) == trees(
        learned(here, parts, "three", **CODES)
    )


@pytest.mark.parametrize("task", ["two", "three", "number"])
def test_two_workers_are_as_good_as_one_process(task: str, here: Cluster, two: Cluster) -> None:
    parts = made([2_000, 1_500, 2_500, 1_800, 2_200], values=10**9)
    rows = whole([Made("held", 10**6, 4_000, 0, values=10**9)], task)
    scores = [learned(each, parts, task, **CODES).score(rows.X, rows.y) for each in (here, two)]
    assert scores[1] == pytest.approx(scores[0], abs=2 / np.sqrt(len(rows.y)))
    assert min(scores) > 0.7


@pytest.mark.parametrize(
    ("reads", "seconds", "rounds"),
    [(2, 0.0, 20), (PASSES, 0.5, 400)],
    ids=["while rows are read", "between the rounds"],
)
def test_a_worker_that_dies_costs_time_and_no_rows(
    reads: int, seconds: float, rounds: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    parts = made([2_000, 1_500, 2_500, 2_000])
    parts[1] = replace(parts[1], fate=tmp_path / "reads", reads=reads, seconds=seconds)
    with connected("local:2") as cluster, caplog.at_level(logging.WARNING, "model_runtime"):
        found = in_parts(cluster, parts, "two")
        got = fit_in_parts(model("two").set_params(n_estimators=rounds), found, found)
    assert got.get_booster().num_boosted_rounds() == rounds
    assert "begins anew on the workers that are there" in caplog.text
    rows = whole([Made("held", 10**6, 4_000, 0)], "two")
    assert got.score(rows.X, rows.y) > 0.7


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"early_stopping_rounds": 3}, "leave them out and set n_estimators"),
        ({"objective": lambda y, p: (p - y, y)}, "has a function for objective"),
        ({"booster": "gblinear"}, "booster='gbtree' or 'dart'"),
        ({"tree_method": "exact"}, "tree_method='hist'"),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_what_can_not_be_learned_in_parts_is_refused(
    options: dict[str, Any], sentence: str, here: Cluster
) -> None:
    found = in_parts(here, made([100]), "two")
    with pytest.raises(ProjectError, match=sentence):
        fit_in_parts(model("two").set_params(**options), found, found)


def test_classes_that_are_no_numbers_are_refused(here: Cluster) -> None:
    found = replace(in_parts(here, made([100]), "two"), classes=np.array(["no", "yes"]))
    with pytest.raises(ProjectError, match=r"they are no, yes: encode them in Preprocessor"):
        fit_in_parts(model("two"), found, found)
