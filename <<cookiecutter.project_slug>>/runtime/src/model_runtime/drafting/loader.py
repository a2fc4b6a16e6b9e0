"""The DataLoader and the tests that fit a table."""

import re
from pathlib import Path

from ..tables.form import CsvForm
from .scalar import quoted

_LOADER = '''\
"""The source of the data."""

import pandas as pd
from model_runtime import BaseDataLoader, read_table


class DataLoader(BaseDataLoader):
    """Loads the table that features.yaml was drafted from."""

    def load_data(self, n_rows: int | None = None) -> pd.DataFrame:
        """Return the columns of features.yaml, target included; at most `n_rows` rows."""
        return CALL
'''

_TESTS = '''\
"""Tests of this use case; yours to change."""

from model_runtime.testing import Service

from PACKAGE.use_case.data_loader import DataLoader


def test_n_rows_limits_the_rows() -> None:
    assert 0 < len(DataLoader().load_data(n_rows=7)) <= 7


def test_the_example_is_predicted(service: Service) -> None:
    assert service.post("/api/predictions", [service.example]).status_code == 200
'''

_CALL = r'read_table\((?:[^()"]|"(?:[^"\\]|\\.)*")*\)'
"""A call whose only parentheses beside its own stand in texts."""

_LONGEST_LINE = 100
_INDENT = " " * 8


def loader_text(path: Path, form: CsvForm) -> str:
    """Return data_loader.py, which reads a table."""
    return _LOADER.replace("CALL", call(path, form))


def is_drafted(text: str) -> bool:
    """Tell whether a data_loader.py was drafted, for whatever table, and is as it was."""
    before, after = map(re.escape, _LOADER.split("CALL"))
    return bool(re.fullmatch(before + _CALL + after, text))


def tests_text(package: str) -> str:
    """Return test_use_case.py for any use case."""
    return _TESTS.replace("PACKAGE", package)


def call(path: Path, form: CsvForm) -> str:
    """Return the call that reads a table, as Python."""
    given = [quoted(str(path)), "n_rows"]
    for name in ("encoding", "separator", "decimal"):
        if path.suffix != ".parquet" and (value := getattr(form, name)) != getattr(CsvForm(), name):
            given.append(f"{name}={quoted(value)}")
    line = f"read_table({', '.join(given)})"
    if len(f"{_INDENT}return {line}") <= _LONGEST_LINE:
        return line
    parts = "".join(f"{_INDENT}    {each},\n" for each in given)
    return f"read_table(\n{parts}{_INDENT})"
