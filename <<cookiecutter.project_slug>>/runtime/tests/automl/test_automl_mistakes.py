"""Mistakes in the settings or hooks of a search are told in a sentence."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from model_runtime.errors import ProjectError
from model_runtime.settings import AutoML, read_settings
from model_runtime.training.session import session

from ..support.sample import PREFIX
from ..support.searches import configured, found_by, searching


@pytest.mark.parametrize(
    ("automl", "task", "sentence"),
    [
        ({"metric": "r2"}, "classification", "r2 is not measured here; choose from auto, accuracy"),
        ({"estimators": ("lrl2",)}, "regression", "none of lrl2 is for a regression; choose from"),
    ],
)
def test_what_does_not_fit_the_task_is_told(
    tmp_path: Path, automl: dict[str, Any], task: str, sentence: str
) -> None:
    with pytest.raises(ProjectError, match=sentence):
        found_by(configured(tmp_path, **automl), task)


def test_too_few_rows_are_told(tmp_path: Path) -> None:
    y = pd.Series(["no"] * 9 + ["yes"])
    with (
        session(configured(tmp_path)),
        pytest.raises(ProjectError, match="10 rows are too few for a search"),
    ):
        searching(np.zeros((10, 2)), y)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("ESTIMATORS", '["forest"]', r"automl\.estimators\[0\]: .*'histgb', 'rf'.*'forest'"),
        ("METRIC", "auc", r"automl\.metric: .*'roc_auc'.*'auc'"),
        ("TIME_BUDGET_S", "0", r"automl\.time_budget_s: .*greater than 0"),
    ],
)
def test_a_mistake_in_the_settings_is_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"{PREFIX}AUTOML__{name}", value)
    with pytest.raises(ProjectError, match=sentence):
        read_settings()


def test_a_search_without_an_end_is_refused() -> None:
    with pytest.raises(ValidationError, match="would never end"):
        AutoML(time_budget_s=None)
