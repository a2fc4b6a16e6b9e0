"""Weighted rows in parts are drawn and learned from as those that they stand for."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from sklearn.naive_bayes import GaussianNB

from model_runtime import fit_in_parts
from model_runtime.errors import ProjectError
from model_runtime.features import Features
from model_runtime.preprocessing import BasePreprocessor
from model_runtime.training.data import load
from model_runtime.training.learn import learn

from ..support.cut_parts import CUTS, OPTIONS, ROWS, few, whole_of
from ..support.parted import parted, written
from ..support.settings import settings_in
from ..support.small_cases import FEATURES, customers

WEIGHTED = Features.model_validate(FEATURES.model_dump() | {"weight": "times"})


class WeightedPreprocessor(BasePreprocessor):
    def features(self) -> Features:
        return WEIGHTED


@few
@given(cuts=CUTS)
def test_weighted_rows_are_parted_as_what_they_stand_for(
    cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    frame = customers(ROWS).assign(times=np.arange(ROWS) % 30)
    frame.loc[0, "Größe"] = "only listed"
    found = []
    for name, at in (("one", []), ("other", cuts)):
        paths = written(frame, tmp_path_factory.mktemp("cut") / name, at)
        use_case = parted(paths, features=WEIGHTED, preprocessor=WeightedPreprocessor)
        found.append(load(use_case, OPTIONS))
    one, other = found
    test, train = whole_of(one).split.test, whole_of(one).split.train
    assert len(test) + len(train) == one.origin.rows == frame["times"].sum()
    assert abs(len(test) / one.origin.rows - OPTIONS.test_size) < 0.03
    counts = pd.Series(test.weight, test.X.index).add(
        pd.Series(train.weight, train.X.index), fill_value=0
    )
    assert counts.equals(frame["times"][frame["times"] > 0].astype(float))
    assert "only listed" in set(one.rows.X["Größe"])
    assert "only listed" not in set(train.X["Größe"])
    for mine, its in ((test, whole_of(other).split.test), (train, whole_of(other).split.train)):
        pd.testing.assert_frame_equal(mine.X, its.X)
        assert np.array_equal(mine.weight, its.weight)  # type: ignore[arg-type]


def test_weights_are_learned_from_in_parts(tmp_path: Path) -> None:
    def weighing(X: Any, y: Any, weight: Any) -> Any:
        return fit_in_parts(GaussianNB(), X, y, weight)

    def without(X: Any, y: Any, weight: Any) -> Any:
        return fit_in_parts(Unweighted(), X, y, weight)

    frame = customers(ROWS).assign(times=np.arange(ROWS) % 5)
    paths, settings = written(frame, tmp_path, [100]), settings_in(tmp_path)
    use_case = parted(paths, weighing, WEIGHTED, WeightedPreprocessor)
    learned = learn(use_case, load(use_case, settings.training), settings)
    rows = learned.parts.train
    alone = GaussianNB().fit(learned.pipeline[0].transform(rows.X), rows.y, rows.weight)
    assert np.allclose(alone.theta_, learned.estimator.theta_)
    use_case = parted(paths, without, WEIGHTED, WeightedPreprocessor)
    with pytest.raises(ProjectError, match="Unweighted takes no weights in parts"):
        learn(use_case, load(use_case, settings.training), settings)


class Unweighted(GaussianNB):  # type: ignore[misc]
    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Any:
        return super().partial_fit(X, y, classes)
