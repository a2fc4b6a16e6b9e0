"""The pipeline that every peer serves: scikit-learn's own parts, as joblib wrote them."""

import os
from typing import Any

import joblib
import pandas as pd


def load() -> Any:
    """Read the pipeline of the file that the variable MODEL names."""
    return joblib.load(os.environ["MODEL"])


def probabilities(pipeline: Any, rows: list[dict[str, Any]]) -> list[list[float]]:
    """Return each row's probability of each class, shape (n, classes)."""
    answers: list[list[float]] = pipeline.predict_proba(pd.DataFrame(rows)).tolist()
    return answers
