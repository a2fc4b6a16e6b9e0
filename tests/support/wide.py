"""A use case of 340 features, more than anyone wants to see at once: numbers, a town and a date."""

from pathlib import Path

from model_runtime.yaml_file import read_yaml

COLUMNS = 338
OPTIONAL = 40

_LOADER = '''"""Made-up rows of many columns."""

import numpy as np
import pandas as pd
from model_runtime import BaseDataLoader


class DataLoader(BaseDataLoader):
    """Numbers, of which some count."""

    def load_data(self, n_rows: int | None = None) -> pd.DataFrame:
        """Return the columns of features.yaml, target included; at most `n_rows` rows."""
        random = np.random.default_rng(0)
        frame = pd.DataFrame(random.normal(50, 15, (400, {columns})).clip(0, 100).round(1))
        frame.columns = [f"sensor_{{k}}" for k in range({columns})]
        frame["opened"] = pd.date_range("2020-01-01", periods=400).strftime("%Y-%m-%d")
        frame["town"] = [f"Town {{k % 60}}" for k in range(400)]
        frame["{target}"] = frame["sensor_0"] + 2 * frame["sensor_7"] + random.normal(size=400)
        return frame if n_rows is None else frame.head(n_rows)
'''

_MODEL = '''"""The estimator."""

from typing import Any

from sklearn.linear_model import Ridge


def train_model(X: Any, y: Any) -> Ridge:
    """Fit an estimator."""
    return Ridge().fit(X, y)
'''


def widen(project: Path) -> None:
    """Give a project of a regression many columns in place of its own."""
    (use_case,) = project.glob("src/*/use_case")
    target = read_yaml(use_case / "features.yaml", "features.yaml")["target"]
    lines = [f"target: {target}", "task: regression", "features:"]
    for k in range(COLUMNS):
        optional = ", optional: true" if k >= COLUMNS - OPTIONAL else ""
        lines.append(f"  - {{name: sensor_{k}, type: number, min: 0, max: 100{optional}}}")
    lines.append("  - {name: town, type: category}")
    lines.append("  - {name: opened, type: date, min: 2020-01-01, max: 2026-12-31}")
    (use_case / "features.yaml").write_text("\n".join([*lines, ""]), "utf-8")
    loader = _LOADER.format(columns=COLUMNS, target=target)
    (use_case / "data_loader.py").write_text(loader, "utf-8")
    (use_case / "model.py").write_text(_MODEL, "utf-8")
