"""Dates, and texts with a length and a pattern: trained, proven, asked by request and by file."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from sklearn.ensemble import HistGradientBoostingClassifier

from model_runtime.bundle.read import Bundle, read_bundle
from model_runtime.features import Features
from model_runtime.preprocessing import BasePreprocessor
from model_runtime.scoring.run import score
from model_runtime.testing.contract import check_openapi, check_scoring
from model_runtime.testing.service import Service, running
from model_runtime.training.run import train

from ..support.settings import settings_in
from ..support.small_cases import case

FEATURES = Features.model_validate(
    {
        "target": "renewed",
        "task": "classification",
        "features": [
            {"name": "since", "type": "date", "min": "2020-01-01", "max": "2026-11-28"},
            {"name": "asked", "type": "date", "optional": True, "description": "of an offer"},
            {
                "name": "code",
                "type": "text",
                "pattern": "^[A-Z]{2}-[0-9]+$",
                "max_length": 12,
                "example": "AB-17",
            },
            {"name": "said", "type": "text", "min_length": 1, "example": "a good offer"},
        ],
    }
)


class Preprocessor(BasePreprocessor):
    """By these features."""

    def features(self) -> Features:
        """Return them."""
        return FEATURES


def contracts() -> pd.DataFrame:
    random = np.random.default_rng(0)
    days = random.integers(18_262, 20_786, 400)
    said = np.array(["a good offer", "too dear", "no, thank you"])[random.integers(0, 3, 400)]
    asked = pd.Series(pd.to_datetime(days + 30, unit="D")).where(np.arange(400) % 7 > 0)
    return pd.DataFrame(
        {
            "since": [str(np.datetime64(int(day), "D")) for day in days],
            "asked": asked,
            "code": [f"{'ABCD'[k % 4]}X-{k % 40}" for k in range(400)],
            "said": said,
            "renewed": np.where(days + 300 * (said == "too dear") > 19_800, "yes", "no"),
        }
    )


def learn(X: Any, y: Any) -> Any:
    return HistGradientBoostingClassifier(max_iter=20).fit(X, y)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dates")
    use_case = case(learn, contracts(), FEATURES, Preprocessor)
    train(use_case, settings_in(folder), Console(quiet=True))
    return folder / "model_bin"


@pytest.fixture(scope="module")
def bundle(folder: Path) -> Bundle:
    return read_bundle(folder)


@pytest.fixture(scope="module")
def service(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    log = tmp_path_factory.mktemp("log") / "log"
    with running(folder, log, LOG__FEATURES='{"*": "plain"}', SERVING__EXPLAIN="true") as service:
        service.wait("/readyz")
        yield service


def test_the_compiled_model_is_proven(bundle: Bundle) -> None:
    assert bundle.metadata.engine == "onnx"
    assert bundle.schema.example["since"] > "2022"  # type: ignore[operator]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("since", "2019-12-31", "must be 2020-01-01 or later"),
        ("since", "2026-11-29", "must be 2026-11-28 or earlier"),
        ("asked", "2026-02-29", "must be a date like 2026-11-28"),
        ("asked", 20_000, "must be a date like 2026-11-28"),
        ("code", "", "must have the pattern ^[A-Z]{2}-[0-9]+$"),
        ("code", "AB-17\n", "must have the pattern ^[A-Z]{2}-[0-9]+$"),
        ("code", "AB-1234567890", "must have at most 12 characters"),
        ("said", "", "must have at least 1 character"),
    ],
)
def test_what_does_not_fit_is_told_by_its_field(
    service: Service, name: str, value: object, reason: str
) -> None:
    answer = service.post("/api/predict", {**service.example, name: value})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"], error["reason"]) == (422, name, reason)


def test_the_description_says_it(service: Service) -> None:
    fields = service.openapi["components"]["schemas"]["Features"]["properties"]
    bounds = {"formatMinimum": "2020-01-01", "formatMaximum": "2026-11-28"}
    assert fields["since"].items() >= {"type": "string", "format": "date", **bounds}.items()
    assert fields["asked"]["anyOf"][0] == {"type": "string", "format": "date"}
    assert fields["code"]["pattern"] == "^[A-Z]{2}-[0-9]+$"
    assert (fields["said"]["minLength"], fields["code"]["maxLength"]) == (1, 12)


def test_the_service_keeps_its_contract(service: Service, bundle: Bundle, tmp_path: Path) -> None:
    check_openapi(service, tmp_path)
    check_scoring(service, bundle, tmp_path)


def test_dates_and_texts_are_explained(service: Service) -> None:
    row = {**service.example, "since": "2023-10-20", "said": "too dear", "asked": None}
    found = service.post("/api/explain", row).json()
    parts = {each["feature"]: each["contribution"] for each in found["contributions"]}
    assert found["class_name"] == "yes"
    assert sorted(parts) == ["asked", "code", "said", "since"]
    assert parts["since"] > 0.05
    assert parts["said"] > 0.05


def test_files_of_all_formats_are_answered_as_the_service_answers(
    service: Service, bundle: Bundle, tmp_path: Path
) -> None:
    rows = contracts().drop(columns="renewed").head(20)
    rows.loc[3, "code"] = ""
    texts = rows.drop(index=3).astype(str)  # as dates are written; a missing one is none
    sent = [
        {name: value for name, value in row.items() if isinstance(value, str)}
        for row in texts.to_dict(orient="records")
    ]
    wanted = [service.post("/api/predict", row).json() for row in sent]
    rows.to_csv(tmp_path / "in.csv", index=False)
    rows.to_parquet(tmp_path / "in.parquet")
    rows.assign(since=pd.to_datetime(rows["since"]).dt.date).to_parquet(tmp_path / "days.parquet")
    for name in ("in.csv", "in.parquet", "days.parquet"):
        answered = tmp_path / f"{name}.jsonl"
        score(bundle, tmp_path / name, answered, Console(quiet=True), ())
        found = [json.loads(line) for line in answered.read_text().splitlines()]
        assert len(found) == 19
        for row, row_wanted in zip(found, wanted, strict=True):
            assert row["yes_proba"] == pytest.approx(row_wanted["yes_proba"], abs=1e-6)
