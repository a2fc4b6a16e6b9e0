"""Use cases that guides show are examined by the doctor, on rows that are made up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from model_runtime import BaseDataLoader, BasePreprocessor
from model_runtime.doctor.examine import examine_use_case
from model_runtime.doctor.finding import Finding
from model_runtime.features import Feature, Features, read_features
from model_runtime.settings import Registry, Settings
from model_runtime.training.use_case import UseCase
from sklearn.linear_model import LogisticRegression

from tests.support.blocks import blocks
from tools.examples import ROOT

pytestmark = pytest.mark.slow

ROWS = 400
PAGES = ("preprocessor", "regression", "text", "dates", "lightgbm")
IN_PYTHON = "preprocessor"
"""The page whose last Preprocessor doesn't compile, as it says."""


def values(feature: Feature, random: np.random.Generator) -> Any:
    """Return made-up values of a feature."""
    if feature.labels:
        return random.choice(feature.labels, ROWS)
    if feature.type == "date":
        return [f"2026-01-{day:02}" for day in random.integers(1, 29, ROWS)]
    if feature.type == "text":
        return [" ".join(random.choice(["log", "in", "pay", "bill"], 4)) for _ in range(ROWS)]
    low, high = (float(bound or 0) for bound in (feature.min, feature.max))
    found = random.uniform(low, high, ROWS)
    return found.astype(int) if feature.type == "integer" else found


def table(features: Features) -> pd.DataFrame:
    """Return a table whose target depends a little on each feature."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame({each.name: values(each, random) for each in features.features})
    signal = sum(pd.factorize(frame[name], sort=True)[0] / ROWS for name in frame)
    noisy = pd.Series(signal + random.normal(0, 0.5, ROWS))
    classes = features.task == "classification"
    frame[features.target] = np.where(noisy > noisy.median(), "yes", "no") if classes else noisy
    return frame


def logistic(X: Any, y: Any, weight: Any = None) -> Any:  # noqa: N803 - scikit-learn's name
    """Learn as a new project does."""
    return LogisticRegression(max_iter=1_000).fit(X, y)


def use_case(session: dict[str, Any], features: Features) -> UseCase:
    """Return the hooks of a guide; what it leaves out is an ordinary one."""
    frame = table(features)

    class Loader(BaseDataLoader):
        def load_data(self, n_rows: int | None = None) -> pd.DataFrame:
            return frame.head(n_rows) if n_rows is not None else frame

    class Preprocessor(session.get("Preprocessor", BasePreprocessor)):  # type: ignore[misc]
        def features(self) -> Features:
            return features

    train_model: Callable[..., Any] = session.get("train_model", logistic)
    names = session.get("get_classes", lambda model: [str(name) for name in model.classes_])
    return UseCase(features, Loader, Preprocessor, train_model, names)


@pytest.mark.parametrize("name", PAGES)
def test_a_guides_use_case_is_fine_to_the_doctor(name: str, tmp_path: Path) -> None:
    shown = blocks(ROOT / "docs" / "how-to" / f"{name}.md")
    (described,) = [block.text for block in shown if block.language == "yaml"]
    (tmp_path / "features.yaml").write_text(described, "utf-8")
    features = read_features(tmp_path / "features.yaml")
    session: dict[str, Any] = {}
    for block in shown:
        if block.language == "python":
            exec(compile(block.text, str(block), "exec"), session)
            found = examined(session, features)
            wrong = {each.part: each.text for each in found if each.kind == "wrong"}
            # A class in Python is loaded from a project's package, and here is none.
            assert not {part for part in wrong if (name, part) != (IN_PYTHON, "compiling")}, wrong
    (compiling,) = [each for each in found if each.part == "compiling"]
    assert (compiling.kind == "fine") is (name != IN_PYTHON)


def examined(session: dict[str, Any], features: Features) -> list[Finding]:
    registry = Registry(metric="accuracy" if features.task == "classification" else "r2")
    settings = Settings.model_construct(registry=registry)
    return [*examine_use_case(use_case(session, features), settings)]
