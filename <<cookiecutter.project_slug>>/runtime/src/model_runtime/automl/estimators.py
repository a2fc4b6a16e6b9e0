"""The estimators that may be tried, by FLAML's names, and what of them is not searched."""

from typing import Any

from sklearn import ensemble, linear_model, neighbors

CLASSIFIERS = {
    "histgb": ensemble.HistGradientBoostingClassifier,
    "rf": ensemble.RandomForestClassifier,
    "extra_tree": ensemble.ExtraTreesClassifier,
    "lrl1": linear_model.LogisticRegression,
    "lrl2": linear_model.LogisticRegression,
    "kneighbor": neighbors.KNeighborsClassifier,
}
REGRESSORS = {
    "histgb": ensemble.HistGradientBoostingRegressor,
    "rf": ensemble.RandomForestRegressor,
    "extra_tree": ensemble.ExtraTreesRegressor,
    "enet": linear_model.ElasticNet,
    "kneighbor": neighbors.KNeighborsRegressor,
}
FIXED: dict[str, dict[str, Any]] = {
    "histgb": {"early_stopping": False},
    "rf": {"n_jobs": -1},
    "extra_tree": {"n_jobs": -1},
    # By saga's own tolerance it takes three times as long, for a loss that hardly differs.
    "lrl1": {"solver": "saga", "l1_ratio": 1.0, "tol": 1e-2},
    "lrl2": {},
    "enet": {},
    "kneighbor": {"weights": "distance"},
}
"""Settings that are not searched."""

UNCOMPILED = {"kneighbor"}
"""Those that scikit-learn serves."""


def estimators(task: str) -> dict[str, Any]:
    """Return the classes of a task's estimators by FLAML's names."""
    return CLASSIFIERS if task == "classification" else REGRESSORS


def build(name: str, task: str, config: dict[str, Any], seed: int, jobs: int = -1) -> Any:
    """Return an unfitted estimator; jobs are the processors of those that can use several."""
    kind = estimators(task)[name]
    settings = {**FIXED[name], **config}
    if "n_jobs" in settings:
        settings["n_jobs"] = jobs
    if "random_state" in kind().get_params():
        settings["random_state"] = seed
    return kind(**settings)
