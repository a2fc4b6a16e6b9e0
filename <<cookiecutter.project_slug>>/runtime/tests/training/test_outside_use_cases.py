"""Use cases as people bring them, from a table through a draft to a bundle that predicts."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from rich.console import Console
from sklearn.linear_model import LogisticRegression, RidgeCV

from model_runtime.bundle.read import Bundle, read_bundle
from model_runtime.compiler.prove import columns_of
from model_runtime.drafting.draft import draft_features
from model_runtime.features import Features, read_features
from model_runtime.preprocessing import BasePreprocessor, feature_frame
from model_runtime.settings import Settings
from model_runtime.tables.form import CsvForm
from model_runtime.tables.read import read_by
from model_runtime.training.run import train
from model_runtime.training.use_case import UseCase

from ..support.settings import settings_in
from ..support.small_cases import Loader

TRUSTED = (
    "collections.OrderedDict",
    "lightgbm.basic.Booster",
    "lightgbm.sklearn.LGBMClassifier",
    f"{__name__}.FreePreprocessor",
)

_own: dict[str, Features] = {}
"""The features.yaml of the use case under way, in place of the project's."""


class OwnPreprocessor(BasePreprocessor):
    def features(self) -> Features:
        return _own["features"]


class FreePreprocessor(OwnPreprocessor):
    """Computes freely in Python."""

    def fit(self, X: pd.DataFrame, y: "pd.Series[Any] | None" = None) -> "FreePreprocessor":
        self.middle_ = X["amount"].median()
        return self

    def transform(self, X: pd.DataFrame) -> Any:
        amount = X["amount"].fillna(self.middle_)
        words = X["comment"].str.count(r"\w+")
        loud = X["comment"].str.count("!")
        return np.column_stack([np.log1p(amount), words, loud, X["plan"].str.len()])


def classify(X: Any, y: Any) -> Any:
    return LogisticRegression(max_iter=300).fit(X, y)


def regress(X: Any, y: Any) -> Any:
    return RidgeCV().fit(X, y)


def boost(X: Any, y: Any) -> Any:
    return LGBMClassifier(n_estimators=20, n_jobs=1, verbose=-1).fit(X, y)


def bundled(
    frame: pd.DataFrame,
    folder: Path,
    train_model: Any,
    preprocessor: type[BasePreprocessor] = OwnPreprocessor,
) -> tuple[Bundle, Settings, pd.DataFrame]:
    """Return the bundle of a table whose last column is the target, and the rows that it got."""
    file, drafted = folder / "table.csv", folder / "features.yaml"
    frame.to_csv(file, index=False)
    draft = draft_features(pd.read_csv(file), file.name)
    drafted.write_text(draft.text, "utf-8")
    features = _own["features"] = read_features(drafted)
    rows = read_by(features, file, CsvForm())
    use_case = UseCase(
        features,
        lambda: Loader(rows),
        preprocessor,
        train_model,
        lambda model: [str(name) for name in model.classes_],
    )
    settings = settings_in(folder)
    training = settings.training.model_copy(update={"trusted_types": TRUSTED})
    settings = settings.model_copy(update={"training": training})
    train(use_case, settings, Console(quiet=True))
    return read_bundle(settings.paths.bundle), settings, rows


def answers(bundle: Bundle, settings: Settings, rows: pd.DataFrame) -> Any:
    """Return what the bundle answers."""
    engine = bundle.engine(settings.training.trusted_types)
    return engine.run(columns_of(feature_frame(rows, bundle.schema.features)))


def test_a_regression_with_an_id(tmp_path: Path) -> None:
    n, random = 600, np.random.default_rng(0)
    frame = pd.DataFrame({"house_id": [f"H-{k:05}" for k in range(n)]})
    frame["rooms"], frame["area"] = random.integers(1, 8, n), random.uniform(30, 200, n).round(1)
    frame["heating"] = random.choice(["gas", "oil", "district"], n)
    frame["price"] = (
        2000 * frame["area"] + 9000 * frame["rooms"] + random.normal(0, 5e3, n)
    ).round()
    bundle, settings, rows = bundled(frame, tmp_path, regress)
    assert (bundle.schema.id, bundle.schema.task) == ("house_id", "regression")
    assert [each.name for each in bundle.schema.features] == ["rooms", "area", "heating"]
    assert bundle.metadata.engine == "onnx"
    assert bundle.metadata.metrics["r2"] > 0.95
    found = answers(bundle, settings, rows)[:, 0]
    assert np.abs(found / rows["price"] - 1).median() < 0.1


def test_support_tickets_in_five_classes(tmp_path: Path) -> None:
    n, random = 700, np.random.default_rng(0)
    words = {
        "billing": "invoice charge refund card payment",
        "delivery": "parcel courier late address tracking",
        "login": "password account locked reset code",
        "outage": "server down error timeout page",
        "praise": "thanks great love happy friendly",
    }
    topics = random.choice(list(words), n)
    texts = [
        f"Hello, about {' and '.join(random.choice(words[topic].split(), 2))} since {k} days"
        for k, topic in enumerate(topics)
    ]
    frame = pd.DataFrame({"message": texts, "channel": random.choice(["mail", "chat"], n)})
    frame["topic"] = topics
    bundle, settings, rows = bundled(frame, tmp_path, classify)
    assert [each.type for each in bundle.schema.features] == ["text", "category"]
    assert bundle.schema.classes == sorted(words)
    assert bundle.metadata.engine == "onnx"
    assert bundle.metadata.metrics["accuracy"] > 0.95
    asked = rows.head(1).assign(message="My PASSWORD: locked, reset the account!")
    assert bundle.schema.classes[answers(bundle, settings, asked).argmax()] == "login"


def test_free_python_with_lightgbm(tmp_path: Path) -> None:
    n, random = 600, np.random.default_rng(0)
    loud = random.random(n) < 0.5
    frame = pd.DataFrame({"amount": random.lognormal(3, 1, n).round(2)})
    frame["comment"] = [
        f"it is order {k} of mine{'!!!' if noisy else '.'}" for k, noisy in enumerate(loud)
    ]
    frame["plan"] = random.choice(["free", "business"], n)
    frame["leaves"] = np.where(loud ^ (random.random(n) < 0.05), "yes", "no")
    frame.loc[::9, "amount"] = np.nan
    bundle, settings, rows = bundled(frame, tmp_path, boost, FreePreprocessor)
    assert bundle.metadata.engine == "sklearn"
    assert bundle.metadata.metrics["accuracy"] > 0.85
    asked = pd.concat([rows.head(1)] * 2).assign(comment=["why !!!", "all is well ."])
    assert answers(bundle, settings, asked).argmax(axis=1).tolist() == [1, 0]


def test_340_columns_of_many_rows(tmp_path: Path) -> None:
    n, width, random = 6_000, 339, np.random.default_rng(0)
    values = random.normal(size=(n, width)).round(2)
    values[random.random(n) < 0.01, 5] = np.nan
    frame = pd.DataFrame(values, columns=[f"sensor {k}" for k in range(width)])
    strength = values[:, 0] + values[:, 1] - values[:, 2] + random.normal(size=n)
    frame["state"] = np.where(strength > 0, "good", "bad")
    start = time.process_time()
    bundle, settings, rows = bundled(frame, tmp_path, classify)
    assert time.process_time() - start < 60
    assert len(bundle.schema.features) == width
    assert [each.name for each in bundle.schema.features if each.optional] == ["sensor 5"]
    assert bundle.metadata.engine == "onnx"
    assert bundle.metadata.metrics["accuracy"] > 0.75
    found = answers(bundle, settings, rows.head(500)).argmax(axis=1)
    assert (found == (rows["state"].head(500) == "good")).mean() > 0.75
