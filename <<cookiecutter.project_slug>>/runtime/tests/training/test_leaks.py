"""A feature that is known only after the event is accepted, and the model never sees it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from rich.console import Console

from model_runtime.bundle.read import read_bundle
from model_runtime.bundle.rows import columns_from
from model_runtime.features import Feature, Features
from model_runtime.preprocessing import BasePreprocessor
from model_runtime.settings import Settings
from model_runtime.testing.service import Service, running
from model_runtime.training.run import train

from ..support import small_cases
from ..support.settings import settings_in

TASKS = ("classification", "regression")

FIELDS = small_cases.FEATURES.model_dump()
PAID = {"name": "paid", "type": "number", "min": 0, "leaks": True, "description": "The bill"}
LEAKY = Features.model_validate({**FIELDS, "features": [*FIELDS["features"], PAID]})


class Preprocessor(BasePreprocessor):
    def fit(self, X: pd.DataFrame, y: "pd.Series[Any] | None" = None) -> "Preprocessor":
        self.transformer_ = self.build_transformer(self.learned(LEAKY)).fit(X, y)
        return self


def leaky() -> Any:
    frame = small_cases.customers()
    frame["paid"] = np.where(frame["bought"] == "yes", 10.0 + frame["age"], 0.0)
    return small_cases.case(small_cases.forest, frame, LEAKY, Preprocessor)


def using(folder: Path, engine: str) -> Settings:
    settings = settings_in(folder)
    training = settings.training.model_copy(update={"engine": engine})
    return settings.model_copy(update={"training": training})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leaky")
    with (folder / "console.txt").open("w") as output:
        train(leaky(), using(folder, "auto"), Console(file=output, width=200))
    return folder


@pytest.fixture(scope="module")
def leaky_service(folder: Path) -> Iterator[Service]:
    with running(folder / "model_bin", folder / "service.log") as service:
        service.wait("/readyz")
        yield service


def test_it_is_optional_unless_the_file_says_otherwise() -> None:
    assert Feature.model_validate(PAID).optional
    assert not Feature.model_validate({**PAID, "optional": False}).optional


def test_something_has_to_be_left_to_learn_from() -> None:
    with pytest.raises(ValidationError, match="every feature leaks"):
        Features.model_validate({**FIELDS, "features": [PAID]})


def test_both_results_are_reported(folder: Path) -> None:
    figures = json.loads((folder / "reports" / "metrics.json").read_text())
    assert figures["with_leaks"]["features"] == ["paid"]
    with_it, without = figures["with_leaks"]["hold_out"], figures["hold_out"]
    assert with_it["roc_auc"] > 0.99 > 0.95 > without["roc_auc"]
    (line,) = [
        line for line in (folder / "console.txt").read_text().splitlines() if "leaks" in line
    ]
    assert f"roc_auc {with_it['roc_auc']:.3f}, not {without['roc_auc']:.3f}; not served" in line
    card = (folder / "reports" / "model-card.md").read_text()
    assert "that model is not served" in card
    assert f"| roc_auc | {without['roc_auc']:.4g} | {with_it['roc_auc']:.4g} |" in card


def test_nothing_is_said_of_leaks_where_there_are_none(tmp_path: Path) -> None:
    train(small_cases.case(), using(tmp_path, "auto"), Console(quiet=True))
    assert "with_leaks" not in json.loads((tmp_path / "reports" / "metrics.json").read_text())
    assert "learn from" not in (tmp_path / "reports" / "model-card.md").read_text()


@pytest.mark.parametrize("engine", ["onnx", "sklearn"])
def test_no_answer_depends_on_it(folder: Path, tmp_path: Path, engine: str) -> None:
    if engine == "sklearn":
        train(leaky(), using(tmp_path, "sklearn"), Console(quiet=True))
        folder = tmp_path
    bundle = read_bundle(folder / "model_bin")
    assert bundle.metadata.engine == engine
    rows = [[30_000, age, True, "L", paid] for age in range(20, 80) for paid in (None, 0, 1e6)]
    answers = bundle.engine().run(columns_from(bundle.schema.features, rows)).reshape(60, 3, 2)
    np.testing.assert_array_equal(answers[:, 0], answers[:, 1])
    np.testing.assert_array_equal(answers[:, 0], answers[:, 2])
    assert len(np.unique(answers[:, 0])) > 10


def test_a_request_may_have_it_and_need_not(leaky_service: Service) -> None:
    row = leaky_service.example
    without = {name: value for name, value in row.items() if name != "paid"}
    answers = [
        leaky_service.post("/api/predict", each).json()
        for each in (row, without, {**row, "paid": None}, {**row, "paid": 9e9})
    ]
    assert answers == [answers[0]] * 4
    assert leaky_service.client.get("/api/predict/params").json()["paid"] == 0


def test_it_is_validated_and_described(leaky_service: Service) -> None:
    answer = leaky_service.post("/api/predict", {**leaky_service.example, "paid": -1})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "paid"
    described = leaky_service.openapi["components"]["schemas"]["Features"]
    assert "paid" not in described["required"]
    about = "The bill (known only afterwards: the model does not see it)"
    assert described["properties"]["paid"]["description"] == about
