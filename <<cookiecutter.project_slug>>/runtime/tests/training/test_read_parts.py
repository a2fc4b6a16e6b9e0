"""Rows in parts are read: the first of them, from wherever fsspec reaches, and what can't be."""

from pathlib import Path
from typing import Any

import dask.dataframe
import pandas as pd
import pytest

from model_runtime.errors import ProjectError
from model_runtime.hooks import BaseDataLoader, in_partitions
from model_runtime.settings import Training
from model_runtime.training.data import load
from model_runtime.training.use_case import UseCase

from ..support.parted import FRAME, PartsLoader, parted, written
from ..support.small_cases import case, customers


def test_the_first_rows_are_what_load_data_gives(paths: list[Path]) -> None:
    assert in_partitions(PartsLoader(paths))
    assert not in_partitions(case().data_loader())
    first = PartsLoader(paths).load_data(400)
    pd.testing.assert_frame_equal(first, FRAME.head(400), check_dtype=False)
    assert len(PartsLoader(paths).load_data()) == 2_000
    frame = dask.dataframe.from_pandas(FRAME, npartitions=3)
    assert len(PartsLoader(frame).load_data(1_000)) == 1_000
    with pytest.raises(ProjectError, match="neither load_data nor load_partitions"):
        BaseDataLoader().load_data()


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (None, "load_partitions returned None; it returns a list of paths"),
        ("one.parquet", "load_partitions returned a str"),
        ([], "has no rows"),
        (["nowhere.parquet"], "nowhere.parquet, of load_partitions, can't be read .No such file"),
        (["nothing://x/y.parquet"], "can't be read .*nothing"),
        (["memory://nowhere.parquet"], "memory://nowhere.parquet, of load_partitions, can't be"),
    ],
)
def test_what_can_not_be_read_is_told(found: Any, message: str) -> None:
    with pytest.raises(ProjectError, match=message):
        load(parted(found), Training())


def test_parts_are_read_wherever_fsspec_reaches(paths: list[Path]) -> None:
    addresses = [f"file://{path}" for path in paths]
    assert load(parted(addresses), Training()).origin == load(parted(paths), Training()).origin


def test_a_file_that_changes_is_told(tmp_path: Path) -> None:
    paths = written(customers(100), tmp_path)
    use_case = parted(paths)
    (part,) = whole_parts(use_case)
    written(customers(60), tmp_path)
    with pytest.raises(ProjectError, match="has changed since training began"):
        part.read()


def whole_parts(use_case: UseCase) -> Any:
    whole = load(use_case, Training()).whole
    assert whole is not None
    return whole.parts
