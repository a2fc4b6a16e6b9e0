"""The source of the data."""

import numpy as np
import pandas as pd

from model_runtime import BaseDataLoader


def customers(n: int = 600) -> pd.DataFrame:
    """Made-up customers with missing incomes and labels, and names that are awkward."""
    random = np.random.default_rng(0)
    income = random.lognormal(10, 1, n)
    age = random.integers(18, 90, n)
    size = random.choice(["S", "M", "L"], n)
    chance = 1 / (1 + np.exp(-(np.log(income) - 10) - (size == "L")))
    frame = pd.DataFrame(
        {
            "customer": range(n),
            "income per.year": income,
            "age": age,
            "copy": random.random(n) < 0.5,
            "Größe": size,
            "bought": np.where(random.random(n) < chance, "yes", "no"),
        }
    )
    frame.loc[random.random(n) < 0.1, "income per.year"] = np.nan
    frame.loc[random.random(n) < 0.1, "Größe"] = None
    return frame


class DataLoader(BaseDataLoader):
    """Makes customers up."""

    def load_data(self, n_rows: int | None = None) -> pd.DataFrame:
        """Return the columns of features.yaml, target included; at most `n_rows` rows."""
        return customers().head(n_rows) if n_rows is not None else customers()
