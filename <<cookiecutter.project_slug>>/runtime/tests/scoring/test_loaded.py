"""A bundle asked in Python answers as the service and as scored files."""

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from model_runtime import load_model
from model_runtime.bundle.read import read_bundle
from model_runtime.errors import ProjectError
from model_runtime.scoring.loaded import LoadedModel
from model_runtime.scoring.run import score
from model_runtime.testing.service import Service

from ..support.sample import RUNTIME
from ..support.small_cases import customers


@pytest.fixture(scope="module")
def model(trained: Path) -> LoadedModel:
    return load_model(trained / "model_bin")


def asked(rows: int) -> pd.DataFrame:
    """Return rows as a notebook has them: a target too many, another order and index."""
    frame = customers().head(rows)
    return frame[frame.columns[::-1]].set_index(pd.Index([f"row {k}" for k in range(rows)]))


def test_it_answers_as_a_scored_file(model: LoadedModel, trained: Path, tmp_path: Path) -> None:
    frame = asked(50)
    frame.to_csv(tmp_path / "in.csv", index=False)
    bundle = read_bundle(trained / "model_bin")
    score(bundle, tmp_path / "in.csv", tmp_path / "out.parquet", Console(quiet=True))
    scored = pd.read_parquet(tmp_path / "out.parquet")
    answers = model.predict(frame)
    assert answers.index.equals(frame.index)
    assert list(answers) == ["class_name", "stays", "buys"]
    pd.testing.assert_frame_equal(answers.reset_index(drop=True), scored[list(answers)])


def test_it_answers_as_the_service(model: LoadedModel, service: Service) -> None:
    (answer,) = model.predict(pd.DataFrame([service.example])).to_dict("records")
    told = service.post("/api/predict", service.example).json()
    assert {name: answer[name] for name in told} == pytest.approx(told, abs=1e-9)


def test_no_rows_are_answered_by_none_and_missing_columns_that_may_be(model: LoadedModel) -> None:
    frame = asked(3)
    assert len(model.predict(frame.head(0))) == 0
    without = model.predict(frame.drop(columns=["Größe"]))
    empty = model.predict(frame.assign(Größe=None))
    pd.testing.assert_frame_equal(without, empty)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"age": 130},
            "'age': in 2 of the rows the value must be at most 120, first 130.0 in row 0",
        ),
        ({"Größe": "huge"}, "'Größe': in 2 of the rows the value is not a label"),
        ({"age": np.nan}, "'age': 2 of the rows have no value, and it is not optional"),
    ],
)
def test_values_that_no_request_may_have_are_told(
    model: LoadedModel, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ProjectError, match=re.escape(sentence)):
        model.predict(asked(2).assign(**change))


def test_a_column_that_is_missing_is_told(model: LoadedModel) -> None:
    with pytest.raises(ProjectError, match="The data frame lacks the columns age"):
        model.predict(asked(2).drop(columns="age"))
    assert model.version == 1
    assert set(model.features) == {"income per.year", "age", "copy", "Größe"}


def test_the_pages_example_runs(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (RUNTIME / "docs" / "public-api.md").read_text("utf-8")
    examples = re.findall(r"^```python[^\n]*\n(.*?)^```$", page, re.M | re.S)
    (example,) = (each for each in examples if "load_model(" in each)
    shutil.copytree(trained / "model_bin", tmp_path / "model_bin")
    asked(5).to_csv(tmp_path / "customers.csv", index=False)
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {}
    exec(example, found)
    assert len(found["answers"]) == 5
