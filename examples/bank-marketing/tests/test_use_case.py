"""Tests of this use case; yours to change."""

import json
from pathlib import Path

import pytest
from model_runtime.testing import Bundle, Service

from bank_marketing.use_case.data_loader import CALLS, DATA

CUSTOMER = {
    "age": 57,
    "job": "technician",
    "marital": "married",
    "education": "high.school",
    "default": "no",
    "housing": "no",
    "loan": "yes",
    "contact": "cellular",
    "month": "may",
    "day_of_week": "mon",
    "duration": 371,
    "campaign": 1,
    "pdays": 999,
    "previous": 1,
    "poutcome": "failure",
    "emp.var.rate": -1.8,
    "cons.price.idx": 92.893,
    "cons.conf.idx": -46.2,
    "euribor3m": 1.299,
    "nr.employed": 5099.1,
}
WILLING = {**CUSTOMER, "poutcome": "success", "pdays": 3, "previous": 2, "month": "mar"}
WILLING |= {"job": "student", "age": 21, "emp.var.rate": -3.4, "nr.employed": 5017.5}
WILLING |= {"cons.price.idx": 92.4, "cons.conf.idx": -29.8, "euribor3m": 0.8}


def test_score_answers_yes_or_no(service: Service) -> None:
    result = service.post("/score", {"data": [CUSTOMER, WILLING]}).json()["result"]
    assert result[0] == "no"
    assert set(result) <= {"yes", "no"}


def test_who_said_yes_last_time_is_likelier_to_say_it_again(service: Service) -> None:
    chances = [
        service.post("/api/predict", row).json()["subscribes_proba"] for row in (WILLING, CUSTOMER)
    ]
    assert chances[0] > 1.5 * chances[1]


def test_the_call_need_not_be_over(service: Service) -> None:
    before = {name: value for name, value in CUSTOMER.items() if name != "duration"}
    answers = [service.post("/api/predict", row).json() for row in (CUSTOMER, before)]
    assert list(answers[0]) == ["declines_proba", "subscribes_proba"]
    assert answers[0] == answers[1]


def test_both_results_are_reported_and_the_model_is_compiled(trained: Path, bundle: Bundle) -> None:
    figures = json.loads((trained / "reports" / "metrics.json").read_text())
    assert figures["with_leaks"]["features"] == ["duration"]
    assert figures["with_leaks"]["hold_out"]["roc_auc"] > figures["hold_out"]["roc_auc"]
    assert (trained / "reports" / "automl.json").is_file()
    assert bundle.metadata.engine == "onnx"


@pytest.mark.skipif((DATA / CALLS).is_file(), reason="the data here is not made up")
def test_a_model_of_made_up_rows_says_so(service: Service, trained: Path) -> None:
    tags = service.client.get("/api/info").json()["metadata"]["tags"]
    assert "synthetic" in tags["data"]
    assert "synthetic" in (trained / "reports" / "model-card.md").read_text()
