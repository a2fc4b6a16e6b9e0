"""Rows that stand for many alike are learned from, parted and measured as those many would be."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from sklearn.linear_model import LogisticRegression

from model_runtime.bundle.read import read_bundle
from model_runtime.errors import ProjectError
from model_runtime.features import Features
from model_runtime.training.evaluate import evaluate
from model_runtime.training.fit import fit
from model_runtime.training.rows import Rows
from model_runtime.training.run import train
from model_runtime.training.split import folds, split
from model_runtime.training.use_case import UseCase

from ..support.settings import settings_in
from ..support.small_cases import FEATURES, case, customers


def weighing(X: Any, y: Any, weight: Any = None) -> LogisticRegression:
    return LogisticRegression(max_iter=1_000, tol=1e-10).fit(X, y, weight)


def weighted(frame: pd.DataFrame | None = None) -> UseCase:
    data = customers().assign(count=np.arange(600) % 7 + 1) if frame is None else frame
    fields = FEATURES.model_dump() | {"weight": "count"}
    return case(weighing, data, Features.model_validate(fields))


def rows_of(use_case: UseCase) -> Rows:
    return use_case.rows(use_case.data_loader().load_data())


def expanded(rows: Rows) -> Rows:
    return Rows(rows.X, rows.y).take(np.repeat(np.arange(len(rows.X)), np.asarray(rows.weight)))


def test_metrics_are_those_of_the_rows_one_by_one() -> None:
    use_case = weighted()
    rows = rows_of(use_case)
    pipeline = fit(use_case, rows, 0)
    found = evaluate(pipeline, rows, "classification")
    assert found == pytest.approx(evaluate(pipeline, expanded(rows), "classification"))
    assert len(rows) == len(expanded(rows))


def test_the_hold_out_and_the_rest_are_all_rows_with_the_classes_in_proportion() -> None:
    rows = rows_of(weighted())
    parts = split(rows, 0.25, 0, "classification")
    assert len(parts.train) + len(parts.test) == len(rows)
    for name in ("no", "yes"):
        share = [part.weight[part.y == name].sum() for part in (parts.test, rows)]  # type: ignore[index]
        assert share[0] / share[1] == pytest.approx(0.25, abs=0.001)


def test_folds_hold_each_row_out_once() -> None:
    rows = rows_of(weighted())
    held_out = pd.Series(0, index=rows.X.index)
    for parts in folds(rows, 5, 0, "classification"):
        held_out = held_out.add(pd.Series(parts.test.weight, parts.test.X.index), fill_value=0)
        assert len(parts.train) + len(parts.test) == len(rows)
    np.testing.assert_array_equal(held_out.to_numpy(), rows.weight)


def test_a_bundle_says_how_many_rows_it_learned_from(tmp_path: Path) -> None:
    metadata = train(weighted(), settings_in(tmp_path), Console(quiet=True))
    assert metadata.data.rows == len(rows_of(weighted()))
    assert metadata.engine == "onnx"


def test_a_row_that_stands_for_none_only_lists_its_label(tmp_path: Path) -> None:
    frame = customers().assign(count=1)
    plain = train(weighted(frame), settings_in(tmp_path / "plain"), Console(quiet=True))
    listed = frame.iloc[:1].assign(count=0, **{"Größe": "XL"})
    train(weighted(pd.concat([frame, listed])), settings_in(tmp_path / "more"), Console(quiet=True))
    bundle = read_bundle(tmp_path / "more" / "model_bin")
    assert bundle.schema.lookup()["Größe"] == {"L": 0, "M": 1, "S": 2, "XL": 3}
    assert bundle.metadata.metrics == pytest.approx(plain.metrics)
    assert bundle.metadata.data.rows == plain.data.rows


@pytest.mark.parametrize("wrong", [-1, 1.5, "many", None, "2", 1e300, pd.Timestamp("2030-01-01")])
def test_a_weight_that_is_no_count_is_named(tmp_path: Path, wrong: Any) -> None:
    frame = customers().assign(count=1).astype({"count": object})
    frame.loc[3, "count"] = wrong
    with pytest.raises(ProjectError, match=r"Column 'count', the weight: (in )?1 row"):
        train(weighted(frame), settings_in(tmp_path), Console(quiet=True))
