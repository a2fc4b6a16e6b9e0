"""A draft names columns and classes as the table does, and leaves out what has no name."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet

from model_runtime.drafting.draft import draft_features
from model_runtime.drafting.run import read_unknown
from model_runtime.errors import ProjectError
from model_runtime.features import read_features
from model_runtime.tables.form import CsvForm
from model_runtime.tables.read import read_by

from .test_any_table import drafted

ROWS = 60


@pytest.mark.parametrize("names", [range(3), [0.5, 1.5, 2.5], [("a", "x"), ("a", "y"), ("b", "x")]])
def test_names_of_columns_are_texts(tmp_path: Path, names: Any) -> None:
    file = tmp_path / "table.parquet"
    columns = pd.MultiIndex.from_tuples(names) if isinstance(names[0], tuple) else names
    frame = pd.DataFrame([[k % 3, k % 5, k % 2] for k in range(30)], columns=columns)
    frame.to_parquet(file)
    draft = draft_features(read_unknown(file, CsvForm()), file.name)
    (tmp_path / "features.yaml").write_text(draft.text, "utf-8")
    features = read_features(tmp_path / "features.yaml")
    assert features.target == str([*names][-1])
    assert [*read_by(features, file, CsvForm()).columns] == [str(name) for name in names]


def test_a_column_without_a_name_is_left_out(tmp_path: Path) -> None:
    """Such as pandas' index in CSV, and R's row names: no request and no scoring could name it."""
    file = tmp_path / "table.csv"
    frame = pd.DataFrame({"x": np.arange(ROWS) % 7, "y": [*"ab"] * (ROWS // 2)})
    frame.assign(last=np.arange(ROWS) % 3).rename(columns={"last": ""}).to_csv(file)
    features, read = drafted(file)
    assert (features.target, features.id, [*read.columns]) == ("y", None, ["x", "y"])
    with pytest.raises(ProjectError, match="TARGET=Unnamed: 3: the table has no such column"):
        drafted(file, "Unnamed: 3")


def test_classes_are_read_as_the_draft_names_them(tmp_path: Path) -> None:
    """Codes of digits are texts, of which 01 and 1 are two."""
    file = tmp_path / "table.csv"
    codes = [["01", "1", "10"][k % 3] for k in range(ROWS)]
    pd.DataFrame({"x": np.arange(ROWS) % 7, "y": codes}).to_csv(file, index=False)
    draft = draft_features(read_unknown(file, CsvForm()), file.name)
    assert 'Its classes: "01" (20), "1" (20), "10" (20)' in draft.text
    (tmp_path / "features.yaml").write_text(draft.text, "utf-8")
    features = read_features(tmp_path / "features.yaml")
    assert [*read_by(features, file, CsvForm())["y"]] == codes
    file.write_text("x,y,z,z\n1,01,2,3\n", "utf-8")  # what the model doesn't know may stand twice
    assert [*read_by(features, file, CsvForm())["y"]] == ["01"]


def test_an_index_that_parquet_keeps_is_a_column(tmp_path: Path) -> None:
    file = tmp_path / "table.parquet"
    frame = pd.DataFrame({"x": np.arange(ROWS) % 7, "y": [*"ab"] * (ROWS // 2)})
    frame.assign(customer=range(ROWS), shop=np.arange(ROWS) % 3).set_index(
        ["shop", "customer"]
    ).to_parquet(file)
    draft = draft_features(read_unknown(file, CsvForm()), file.name)
    (tmp_path / "features.yaml").write_text(draft.text, "utf-8")
    features = read_features(tmp_path / "features.yaml")
    assert (features.id, [each.name for each in features.features]) == ("customer", ["shop", "x"])
    assert {*read_by(features, file, CsvForm())} == {"shop", "customer", "x", "y"}


def test_an_index_that_is_no_column_of_its_own_adds_none(tmp_path: Path) -> None:
    """Else the file could not be read, or had a column that scoring does not find in it."""
    file = tmp_path / "table.parquet"
    frame = pd.DataFrame({"x": np.arange(ROWS) % 7, "y": [*"ab"] * (ROWS // 2)})
    twice = [pd.Index(np.arange(ROWS), name="z")] * 2
    for each in (
        frame.rename_axis("row"),
        frame.set_index("x", drop=False),
        frame.set_index(twice),
    ):
        each.to_parquet(file)
        stored = [name for name in parquet.read_schema(file).names if not name.startswith("__")]
        read = read_unknown(file, CsvForm())
        assert sorted(map(str, read)) == sorted(stored)
        assert read.index.names == [None]
