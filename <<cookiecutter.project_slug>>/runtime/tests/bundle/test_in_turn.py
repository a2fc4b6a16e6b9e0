"""Ensembles answer the same without parallel work, and without preparing any."""

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import (
    BaggingClassifier,
    ExtraTreesClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.utils import parallel

from model_runtime.bundle.in_turn import work_in_turn

FOREST = RandomForestClassifier(20, random_state=0, n_jobs=2)
ENSEMBLES = [
    FOREST,
    RandomForestRegressor(20, random_state=0, n_jobs=-1),
    ExtraTreesClassifier(20, random_state=0),
    BaggingClassifier(LogisticRegression(), random_state=0, n_jobs=2),
    VotingClassifier([("forest", FOREST), ("line", LogisticRegression())], voting="soft"),
    OneVsRestClassifier(FOREST),
]


@pytest.mark.parametrize("ensemble", ENSEMBLES, ids=lambda each: type(each).__name__)
def test_an_ensemble_answers_the_same_in_turn(
    ensemble: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(0)
    X, y = random.normal(size=(300, 4)), random.integers(0, 3, 300)
    model = ensemble.fit(X, y)
    ask = getattr(model, "predict_proba", model.predict)
    before = ask(X)
    monkeypatch.setattr(parallel.Parallel, "__call__", parallel.Parallel.__call__)
    work_in_turn()
    # Any part that is still prepared for another thread fails.
    monkeypatch.setattr(parallel._FuncWrapper, "__call__", None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.array_equal(ask(X), before)
