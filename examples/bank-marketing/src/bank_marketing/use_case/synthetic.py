"""Made-up calls in the layout of the published ones, to try everything without the data.

Who subscribes is made to depend on a few columns in the way of the real ones; whatever learns from
them says that they are synthetic.
"""

from pathlib import Path

import numpy as np
import pandas as pd

_LABELS = {
    "job": "admin. blue-collar entrepreneur housemaid management retired self-employed services "
    "student technician unemployed unknown",
    "marital": "divorced married single unknown",
    "education": "basic.4y basic.6y basic.9y high.school illiterate professional.course "
    "university.degree unknown",
    "default": "no unknown yes",
    "housing": "no unknown yes",
    "loan": "no unknown yes",
    "contact": "cellular telephone",
    "month": "mar apr may jun jul aug sep oct nov dec",
    "day_of_week": "mon tue wed thu fri",
}
_ECONOMY = {
    "emp.var.rate": np.array([1.4, -0.1, -1.8, -3.4]),
    "cons.price.idx": np.array([93.9, 93.2, 92.9, 92.4]),
    "cons.conf.idx": np.array([-42.7, -42.0, -46.2, -29.8]),
    "euribor3m": np.array([4.9, 4.2, 1.3, 0.8]),
    "nr.employed": np.array([5228.1, 5195.8, 5099.1, 5017.5]),
}
"""Figures of made-up quarters."""


def make_up(file: Path, rows: int = 3_000, seed: int = 0) -> None:
    """Write a table of made-up calls; the same whenever it is made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    _calls(rows, np.random.default_rng(seed)).to_csv(file, index=False)


def _calls(rows: int, random: np.random.Generator) -> pd.DataFrame:
    quarter = random.integers(0, 4, rows)
    before = random.random(rows) < 0.15
    duration = random.lognormal(5.2, 0.8, rows).astype(int)
    success = before & (random.random(rows) < 0.5)
    chance = 1 / (1 + np.exp(4.2 - 0.9 * quarter - 3.0 * success - duration / 250))
    return pd.DataFrame(
        {
            "age": random.integers(18, 90, rows),
            **{name: random.choice(labels.split(), rows) for name, labels in _LABELS.items()},
            "duration": duration,
            "campaign": random.geometric(0.4, rows),
            "pdays": np.where(before, random.integers(0, 28, rows), 999),
            "previous": np.where(before, random.integers(1, 6, rows), 0),
            "poutcome": np.select([success, before], ["success", "failure"], "nonexistent"),
            **{name: values[quarter] for name, values in _ECONOMY.items()},
            "y": np.where(random.random(rows) < chance, "yes", "no"),
        }
    )
