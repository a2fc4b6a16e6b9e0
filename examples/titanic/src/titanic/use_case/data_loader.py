"""The source of the data."""

from pathlib import Path

import pandas as pd
from model_runtime import BaseDataLoader

CSV = Path("data/titanic.csv")

NAMES = {
    "survived": "outcome",
    "pclass": "Pclass",
    "sex": "Gender",
    "age": "Age",
    "sibsp": "SibSp",
    "parch": "Parch",
    "fare": "Fare",
    "embarked": "Port",
}
PORTS = {"C": "Cherbourg", "Q": "Queenstown", "S": "Southampton"}


class DataLoader(BaseDataLoader):
    """Loads the passengers of data/titanic.csv; data/README.md names the source."""

    def load_data(self, n_rows: int | None = None) -> pd.DataFrame:
        """Return the columns of features.yaml, target included; at most `n_rows` rows."""
        frame = pd.read_csv(CSV, nrows=n_rows).rename(columns=NAMES)
        frame["Port"] = frame["Port"].map(PORTS)
        frame["outcome"] = frame["outcome"].map({0: "died", 1: "survived"})
        return frame
