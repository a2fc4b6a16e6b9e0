"""Models of XGBoost and LightGBM, from data to a proven bundle that answers as they do."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OrdinalEncoder

from model_runtime import fit_in_parts
from model_runtime.bundle.engines import SklearnEngine
from model_runtime.bundle.read import read_bundle
from model_runtime.compiler.prove import columns_of
from model_runtime.errors import ProjectError
from model_runtime.features import Feature, Features
from model_runtime.settings import Settings
from model_runtime.training.data import load
from model_runtime.training.learn import learn
from model_runtime.training.run import train
from model_runtime.training.use_case import UseCase

from ..support.parted import parted, written
from ..support.settings import settings_in
from ..support.small_cases import (
    FEATURES,
    SPENDING,
    Loader,
    Preprocessor,
    SpendingPreprocessor,
    customers,
)

QUIET = Console(quiet=True)
ANSWERS = ["no", "yes"]
PLANS = ["large", "none", "small"]


class Coded(Preprocessor):
    """Leaves numbers as they are, missing ones too, and makes codes of labels and classes."""

    classes = ANSWERS

    def build_transformer(self, features: list[Feature]) -> Any:
        labels = [each.name for each in features if not each.numeric]
        unseen = {"handle_unknown": "use_encoded_value", "unknown_value": -1}
        numbers = [each.name for each in features if each.numeric]
        return ColumnTransformer(
            [("numbers", "passthrough", numbers), ("labels", OrdinalEncoder(**unseen), labels)]
        )

    def encode_target(self, target: "pd.Series[Any]") -> "pd.Series[Any]":
        return target.map(self.classes.index)


class CodedPlans(Coded):
    classes = PLANS


class CodedSpending(Coded, SpendingPreprocessor):
    def encode_target(self, target: "pd.Series[Any]") -> "pd.Series[Any]":
        return target


def xgboost() -> Any:
    return pytest.importorskip("xgboost", reason="XGBoost is not installed (xgboost-cpu)")


def lightgbm() -> Any:
    return pytest.importorskip("lightgbm", reason="LightGBM is not installed")


def with_xgboost(**options: Any) -> Any:
    library = xgboost()

    def train_model(X: Any, y: Any) -> Any:
        kind = library.XGBRegressor if y.dtype.kind == "f" else library.XGBClassifier
        types = ["q"] * (X.shape[1] - 1) + ["c"]
        categories = {"feature_types": types, "enable_categorical": True}
        X = np.where(np.asarray(X) == -1, np.nan, X)  # training takes no negative code
        return kind(n_estimators=20, max_depth=4, n_jobs=1, **(categories | options)).fit(X, y)

    return train_model


def with_lightgbm(**options: Any) -> Any:
    library = lightgbm()

    def train_model(X: Any, y: Any) -> Any:
        kind = library.LGBMRegressor if y.dtype.kind == "f" else library.LGBMClassifier
        quiet = {"n_jobs": 1, "verbose": -1}
        return kind(n_estimators=20, **quiet, **options).fit(X, y, categorical_feature=[3])

    return train_model


def bought(train_model: Any) -> UseCase:
    return UseCase(FEATURES, lambda: Loader(customers()), Coded, train_model, lambda _: ANSWERS)


def planned(train_model: Any) -> UseCase:
    frame = customers().drop(columns="bought")
    frame["plan"] = pd.cut(frame["age"], 3, labels=PLANS).astype(object)
    features = Features.model_validate(
        FEATURES.model_dump() | {"target": "plan", "flags": {}, "thresholds": {}}
    )
    return UseCase(features, lambda: Loader(frame), CodedPlans, train_model, lambda _: PLANS)


def spent(train_model: Any) -> UseCase:
    frame = customers().drop(columns="bought")
    noise = np.random.default_rng(1).normal(0, 5, len(frame))
    frame["spent"] = 20 + frame["age"] + np.where(frame["Größe"] == "L", 30, 0) + noise
    return UseCase(SPENDING, lambda: Loader(frame), CodedSpending, train_model, lambda _: [])


LIBRARIES = {"xgboost": with_xgboost, "lightgbm": with_lightgbm}
CASES = [bought, planned, spent]


BOOSTER = ("xgboost.core.Booster", "xgboost.sklearn.XGBClassifier")


def settings_for(folder: Path, **training: Any) -> Settings:
    settings = settings_in(folder)
    changed = settings.training.model_copy(update={"folds": 0, **training})
    return settings.model_copy(update={"training": changed})


def answers(use_case: UseCase, settings: Settings) -> tuple[Any, Any]:
    """Return what a bundle answers to all rows, and what the library's own model does."""
    own = learn(use_case, load(use_case, settings.training), settings).pipeline
    columns = columns_of(use_case.rows(use_case.load()).X)
    bundle = read_bundle(settings.paths.bundle)
    engine = bundle.engine(settings.training.trusted_types)
    return engine.run(columns), SklearnEngine(own, use_case.features.task).run(columns)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("made", CASES, ids=lambda case: case.__name__)
def test_a_model_is_compiled_proven_and_answers_as_its_library_does(
    library: str, made: Any, tmp_path: Path
) -> None:
    use_case, settings = made(LIBRARIES[library]()), settings_for(tmp_path)
    metadata = train(use_case, settings, QUIET)
    assert metadata.engine == "onnx"
    assert metadata.parity.proven
    assert sum(metadata.parity.rows.values()) > 20_000
    got, expected = answers(use_case, settings)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-6 * expected.max())


def test_xgboost_itself_serves_where_its_types_are_trusted(tmp_path: Path) -> None:
    use_case = bought(with_xgboost())
    settings = settings_for(tmp_path, engine="sklearn", trusted_types=BOOSTER)
    assert train(use_case, settings, QUIET).engine == "sklearn"
    got, expected = answers(use_case, settings)
    np.testing.assert_array_equal(got, expected)


def test_types_of_xgboost_that_are_not_trusted_are_named(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, engine="sklearn")
    with pytest.raises(ProjectError, match=", ".join(BOOSTER)):
        train(bought(with_xgboost()), settings, QUIET)


def test_xgboosts_model_that_can_not_be_compiled_is_served_with_the_reason(tmp_path: Path) -> None:
    train_model = with_xgboost(multi_strategy="multi_output_tree", feature_types=None)
    settings = settings_for(tmp_path, trusted_types=BOOSTER)
    metadata = train(planned(train_model), settings, QUIET)
    assert metadata.engine == "sklearn"
    assert "multi_strategy='one_output_per_tree'" in (metadata.parity.obstacle or "")


def test_xgboost_learns_from_files_in_parts_and_is_compiled_and_proven(tmp_path: Path) -> None:
    library = xgboost()
    paths = written(customers(), tmp_path / "data", [200, 450])

    def train_model(X: Any, y: Any) -> Any:
        return fit_in_parts(library.XGBClassifier(n_estimators=20, n_jobs=1), X, y)

    use_case = replace(
        parted(paths, train_model, preprocessor=Coded), get_classes=lambda _: ANSWERS
    )
    metadata = train(use_case, settings_for(tmp_path), QUIET)
    assert metadata.engine == "onnx"
    assert metadata.parity.proven
