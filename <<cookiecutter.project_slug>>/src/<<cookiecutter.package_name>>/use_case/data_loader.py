"""The source of the data."""

import pandas as pd
<% if cookiecutter.task == "classification" -%>
from sklearn.datasets import load_iris
<% else -%>
from sklearn.datasets import load_diabetes
<% endif %>

class DataLoader:
<%- if cookiecutter.task == "classification" %>
    """Loads Fisher's irises, which come with scikit-learn.

    Source: R. A. Fisher, The use of multiple measurements in taxonomic problems, 1936.
    """

    def load_data(self, n_rows: int | None = None) -> pd.DataFrame:
        """Return the columns of features.yaml, target included; at most `n_rows` rows."""
        irises = load_iris(as_frame=True)
        names = {name: name.removesuffix(" (cm)").replace(" ", "_") for name in irises.frame}
        frame: pd.DataFrame = irises.frame.rename(columns=names)
        frame["species"] = [irises.target_names[code] for code in frame.pop("target")]
        return frame.head(n_rows) if n_rows is not None else frame
<%- else %>
    """Loads the diabetes patients that come with scikit-learn.

    Source: B. Efron et al., Least Angle Regression, 2004.
    """

    def load_data(self, n_rows: int | None = None) -> pd.DataFrame:
        """Return the columns of features.yaml, target included; at most `n_rows` rows."""
        frame: pd.DataFrame = load_diabetes(as_frame=True, scaled=False).frame
        frame = frame.rename(columns={"target": "progression"})
        frame["sex"] = frame["sex"].map({1: "female", 2: "male"})
        return frame.head(n_rows) if n_rows is not None else frame
<%- endif %>
