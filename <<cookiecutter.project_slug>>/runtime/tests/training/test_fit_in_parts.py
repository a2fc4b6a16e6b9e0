"""Estimators learn from rows in parts as from a table, and are proven and served."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.naive_bayes import GaussianNB

from model_runtime import fit_in_parts, search
from model_runtime.bundle.read import read_bundle
from model_runtime.errors import ProjectError
from model_runtime.evaluation.run import evaluate
from model_runtime.training.data import load
from model_runtime.training.learn import learn
from model_runtime.training.run import train

from ..support.parted import FRAME, counting, fitted, parted, regressed, written
from ..support.sample import RUNTIME
from ..support.settings import settings_in
from ..support.small_cases import SPENDING, SpendingPreprocessor, case


def test_one_pass_in_one_part_is_a_step_on_the_whole_table(tmp_path: Path) -> None:
    def once(X: Any, y: Any) -> Any:
        estimator = SGDClassifier(loss="log_loss", random_state=0)
        return fit_in_parts(estimator, X, y, passes=1)

    use_case = parted(written(FRAME, tmp_path / "data"), once)
    settings = settings_in(tmp_path)
    learned = learn(use_case, load(use_case, settings.training), settings)
    # The file has two row groups, small enough for one part, and the sample is all of it.
    rows = learned.parts.train
    alone = SGDClassifier(loss="log_loss", random_state=0)
    alone.partial_fit(learned.pipeline[0].transform(rows.X), np.asarray(rows.y), ["no", "yes"])
    assert np.array_equal(alone.coef_, learned.estimator.coef_)


def test_counting_in_parts_is_counting_the_table(paths: list[Path], tmp_path: Path) -> None:
    use_case = parted(paths, counting)
    settings = settings_in(tmp_path)
    learned = learn(use_case, load(use_case, settings.training), settings)
    rows = learned.parts.train
    alone = GaussianNB().fit(learned.pipeline[0].transform(rows.X), rows.y)
    assert np.allclose(alone.theta_, learned.estimator.theta_, rtol=1e-9, atol=1e-12)
    assert np.allclose(alone.class_prior_, learned.estimator.class_prior_)


def test_a_bundle_is_made_proven_measured_and_says_what_it_learned_from(
    paths: list[Path], tmp_path: Path
) -> None:
    settings = settings_in(tmp_path)
    metadata = train(parted(paths), settings, Console(quiet=True))
    assert metadata.parity.proven
    assert metadata.data.rows == 2_000
    card = (tmp_path / "reports" / "model-card.md").read_text("utf-8")
    assert "`train_model` got 1,600 rows in 4 parts; 1,600 drawn" in card
    bundle = read_bundle(settings.paths.bundle)
    again = evaluate(parted(paths), bundle, settings, Console(quiet=True))
    assert again.rows == "the hold-out of the data that it learned from"
    assert again.measured.metrics == pytest.approx(metadata.metrics, abs=1e-6)
    other = evaluate(parted(paths[:3]), bundle, settings, Console(quiet=True))
    assert other.rows == "240 rows drawn from load_partitions"


def test_a_regression_learns_in_parts(tmp_path: Path) -> None:
    frame = FRAME.drop(columns="bought").assign(spent=20.0 + FRAME["age"])
    paths = written(frame, tmp_path / "data", [700])
    use_case = parted(paths, regressed, SPENDING, SpendingPreprocessor)
    metadata = train(use_case, settings_in(tmp_path), Console(quiet=True))
    assert metadata.parity.proven
    assert metadata.metrics["r2"] > 0.99


def test_estimators_that_cannot_learn_in_parts_are_told(paths: list[Path], tmp_path: Path) -> None:
    def refused(train_model: Callable[..., Any], message: str) -> None:
        with pytest.raises(ProjectError, match=message):
            fitted(parted(paths, train_model), tmp_path)

    refused(
        lambda X, y: fit_in_parts(LogisticRegression(), X, y),
        "LogisticRegression can't learn in parts. Those",
    )
    refused(lambda X, y: fit_in_parts(SGDClassifier(), X, y), "SGDClassifier has no predict_proba")
    refused(
        lambda X, y: fit_in_parts(GaussianNB(), X, y, passes=2),
        "GaussianNB counts rows, in one pass, not 2",
    )
    refused(lambda X, y: fit_in_parts(GaussianNB(), X, y, passes=0), "passes is 0")
    refused(lambda X, y: search(X, y, otherwise=LogisticRegression()), "got 1,600 rows in parts")
    refused(lambda X, y: LogisticRegression().fit(X, y), "got 1,600 rows in parts")


def test_a_sample_can_be_learned_from(paths: list[Path], tmp_path: Path) -> None:
    def of_sample(X: Any, y: Any) -> Any:
        if isinstance(X, np.ndarray):
            return LogisticRegression().fit(X, y)
        return LogisticRegression().fit(X.sample.X, X.sample.y)

    assert isinstance(fitted(parted(paths, of_sample), tmp_path)[-1], LogisticRegression)


def test_the_example_of_the_docs_trains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (RUNTIME / "docs" / "use-case.md").read_text("utf-8")
    (section,) = re.findall(r"^## More data than memory$(.*?)^## ", page, re.M | re.S)
    own: dict[str, Any] = {}
    for text in re.findall(r"^```python$(.*?)^```$", section, re.M | re.S):
        exec(text, own)
    written(FRAME, tmp_path / "data" / "customers", [900])
    settings = settings_in(tmp_path)
    monkeypatch.chdir(tmp_path)
    use_case = replace(case(own["train_model"]), data_loader=own["DataLoader"])
    metadata = train(use_case, settings, Console(quiet=True))
    assert metadata.parity.proven
    assert metadata.data.rows == len(FRAME)


def test_rows_in_memory_are_fitted_as_ever() -> None:
    found = fit_in_parts(LogisticRegression(), [[0], [1]], [0, 1], [1, 1])
    assert np.array_equal(found.coef_, LogisticRegression().fit([[0], [1]], [0, 1]).coef_)
