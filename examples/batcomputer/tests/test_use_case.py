"""Tests of this use case; yours to change. All data here is made up."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from model_runtime.testing import Bundle, Service, UseCase

from batcomputer.use_case.data_loader import DATA
from batcomputer.use_case.street_counts import count
from batcomputer.use_case.street_files import find


def test_params_are_all_forces_and_crimes_of_the_records(service: Service) -> None:
    rows = pl.concat([count(file).rows for file in find(DATA)])
    assert service.client.get("/api/predict/params").json() == {
        "force": sorted(set(rows["force"])),
        "crime": sorted(set(rows["crime"])),
        "month": 0,
    }


def test_the_same_records_give_the_same_rows(use_case: UseCase) -> None:
    loads = [use_case.data_loader().load_data() for _ in range(4)]
    for again in loads[1:]:
        pd.testing.assert_frame_equal(again, loads[0])


def test_every_force_crime_and_month_is_answered_as_scikit_learn_would(
    service: Service, scikit_learn_answers: Callable[[pd.DataFrame], Any]
) -> None:
    params = service.client.get("/api/predict/params").json()
    cases = list(itertools.product(params["force"], params["crime"], range(1, 13)))
    requests = [dict(zip(("force", "crime", "month"), case, strict=True)) for case in cases]
    answers = [service.post("/api/predict", request).json() for request in requests]
    got = np.array([[answer["notCaughtProb"], answer["caughtProb"]] for answer in answers])
    assert ((got >= 0) & (got <= 1)).all()
    np.testing.assert_allclose(got.sum(axis=1), 1, atol=1e-6)
    frame = pd.DataFrame(requests).astype({"month": "float64", "force": object, "crime": object})
    np.testing.assert_allclose(got, scikit_learn_answers(frame), atol=1e-5)


def test_the_model_is_compiled(bundle: Bundle) -> None:
    assert bundle.metadata.engine == "onnx"


@pytest.mark.skipif(
    not any(Path("data").rglob("*synthetic*-street.csv")), reason="the data here is not made up"
)
def test_a_model_of_made_up_records_says_so(service: Service, trained: Path) -> None:
    tags = service.client.get("/api/info").json()["metadata"]["tags"]
    assert "synthetic" in tags["data"]
    assert "synthetic" in (trained / "reports" / "model-card.md").read_text()
