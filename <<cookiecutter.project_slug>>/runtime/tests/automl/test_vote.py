"""A vote of the best of several estimators wins where it is better by more than noise."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import VotingClassifier, VotingRegressor

from model_runtime.automl import search
from model_runtime.automl.noise import cannot_win
from model_runtime.automl.vote import assembled, voters
from model_runtime.bundle.engines import OnnxEngine
from model_runtime.compiler.compile import compile_pipeline
from model_runtime.compiler.proof_rows import proof_rows
from model_runtime.compiler.prove import prove
from model_runtime.settings import AutoML
from model_runtime.training.fit import fit
from model_runtime.training.resolve import resolve_schema
from model_runtime.training.search_report import write_search
from model_runtime.training.session import Config, Found, Session, Trial, continued
from model_runtime.training.split import split

from ..support.searches import OTHERWISE
from ..support.small_cases import case, customers

FOREST: Config = {"n_estimators": 20, "max_leaf_nodes": 64, "max_features": 0.5}


def rows(task: str, n: int, steps: float) -> tuple[Any, Any]:
    """Return what a line explains, and beside it what steps do."""
    random = np.random.default_rng(0)
    X = random.normal(size=(n, 9))
    z = X[:, 1:].sum(axis=1) + steps * (np.abs(X[:, 0]) < 0.7)
    if task == "regression":
        return X, z + random.normal(size=n) / 2
    return X, np.where(z + random.normal(size=n) / 2 > np.median(z), "yes", "no")


def found_in(X: Any, y: Any, task: str, **options: Any) -> Found:
    automl = AutoML.model_validate(
        {"enabled": True, "time_budget_s": None, "max_trials": 2}
        | {"estimators": ("rf", "lrl2", "enet")}
        | options
    )
    opened = Session(automl, 0, {"rf": FOREST, "enet": {"alpha": 0.001, "l1_ratio": 0.5}})
    with continued(opened):
        estimator = search(X, y, otherwise=OTHERWISE[task])
    assert opened.found is not None
    assert type(estimator) is type(opened.found.estimator)
    return opened.found


@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize("n", [2_000, 10_500], ids=["folds", "one-fold"])
def test_it_is_taken_where_each_knows_a_part(task: str, n: int, tmp_path: Path) -> None:
    found = found_in(*rows(task, n, 3.0), task)
    assert found.vote is not None
    assert found.vote.gain > found.vote.noise > 0
    assert isinstance(found.estimator, (VotingClassifier, VotingRegressor))
    assert [name for name, _ in found.estimator.estimators] == found.vote.members
    assert str(found).startswith(f"a vote of {', '.join(found.vote.members)} (")
    card = "\n".join(write_search(tmp_path, found))
    written = json.loads((tmp_path / "automl.json").read_text())
    assert written["vote"]["members"] == found.vote.members
    assert written["vote"]["taken"] is True
    assert len(written["trials"]) == 2
    assert "answers: " in card and "A request takes as long as with each of them" in card


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_it_is_not_taken_where_one_knows_all(task: str, tmp_path: Path) -> None:
    found = found_in(*rows(task, 600, 0.0), task)
    assert found.vote is not None
    assert not found.vote.taken
    assert not isinstance(found.estimator, (VotingClassifier, VotingRegressor))
    assert "the best of 2 trials" in str(found)
    assert "no better than the winner by more than noise" in "\n".join(
        write_search(tmp_path, found)
    )


def test_one_estimator_does_not_vote() -> None:
    found = found_in(*rows("regression", 200, 2.0), "regression", estimators=("enet",))
    assert found.vote is None


def test_what_scikit_learn_alone_serves_does_not_vote() -> None:
    trials = [Trial(name, {}, 0.5, 0.0, 1.0) for name in ("rf", "rf", "kneighbor", "lrl2")]
    assert [each.estimator for each in voters(trials)] == ["rf", "lrl2"]
    assert voters(trials[2:]) == []


def test_it_is_not_tried_beyond_the_time_budget() -> None:
    X, y = rows("regression", 600, 2.0)
    # The first trial takes longer, so that nothing is left of it.
    found = found_in(X, y, "regression", time_budget_s=0.001, max_trials=None)
    assert len(found.trials) == 1
    assert found.vote is None


def test_it_compiles_and_is_proven() -> None:
    names = ("histgb", "rf", "lrl2")
    configs: dict[str, Any] = {"histgb": {"max_iter": 20}, "rf": FOREST, "lrl2": {"C": 1.0}}
    members = [Trial(name, configs[name], 0.5, 0.0, 1.0) for name in names]
    use_case = case(lambda X, y: assembled(members, "classification", 0).fit(X, y))
    whole = use_case.rows(customers(300))
    parts = split(whole, 0.2, 0, "classification")
    pipeline = fit(use_case, parts.train, 0)
    assert pipeline[-1].estimators_[1].n_jobs is None
    schema = resolve_schema(use_case.features, whole.X, ["no", "yes"])
    groups = proof_rows(schema, parts.train.X, parts.test.X, 1_000, 0)
    engine = OnnxEngine(compile_pipeline(pipeline, parts.train.X))
    parity = prove(pipeline, engine, groups, "classification")
    assert parity.proven, parity.obstacle


@pytest.mark.parametrize(
    ("gains", "ended"),
    [
        ([-0.5], False),  # one fold knows nothing of noise
        ([-0.1, -0.1001], True),
        ([-0.2, 0.01], False),
        ([-0.1, -0.12, -0.09], True),
        ([-0.1, -0.12, -0.09, -0.1, -0.1], False),  # all folds are measured
        ([0.1, 0.1001], False),
    ],
)
def test_a_trial_ends_where_it_cannot_win(gains: list[float], ended: bool) -> None:
    assert cannot_win(gains, 5) is ended
