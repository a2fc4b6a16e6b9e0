"""Whatever a data frame holds: it trains, or a sentence names the column."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from sklearn.dummy import DummyRegressor

from model_runtime import BaseDataLoader
from model_runtime.errors import ProjectError
from model_runtime.features import Features
from model_runtime.settings import Registry
from model_runtime.training.run import train
from model_runtime.training.use_case import UseCase

from ..support.settings import settings_in
from ..support.small_cases import FEATURES, case, customers, linear, logistic


def with_cell(column: str, value: Any) -> pd.DataFrame:
    frame = customers()
    frame[column] = frame[column].astype(object)
    frame.at[3, column] = value
    return frame


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("age", pd.Timestamp("2030-01-01"), "the value must be a number, first Timestamp"),
        ("age", 1 + 2j, r"the value must be a number, first \(1\+2j\) in row 3"),
        ("age", [40], r"the value must be a number, first \[40\] in row 3"),
        ("age", "40", "the value must be a number, first '40' in row 3"),
        ("age", True, "the value must be a number, first True in row 3"),
        ("age", np.float64(32.5), r"the value must be a whole number, first 32\.5 in row 3"),
        ("copy", "yes", "the value must be true or false, first 'yes' in row 3"),
        ("Größe", "L" * 201, "the value must be a label of at most 200 characters, first 'LLL"),
        ("Größe", 1.5, r"the value must be a label: a text or a whole number, first 1\.5 in row 3"),
        ("Größe", ["L"], r"the value must be a label: a text or a whole number, first \['L'\]"),
        ("Größe", True, "the value must be a label: a text or a whole number, first True"),
    ],
)
def test_a_cell_of_another_type_is_named_with_its_column_and_row(
    column: str, value: Any, reason: str
) -> None:
    with pytest.raises(ProjectError, match=f"Column '{column}': in 1 row {reason}"):
        case(frame=with_cell(column, value)).load()


@pytest.mark.parametrize("values", [pd.date_range("2030-01-01", periods=600), np.zeros(600) + 1j])
def test_a_column_of_another_type_is_named(values: Any) -> None:
    with pytest.raises(ProjectError, match="Column 'age': in 600 rows the value must be a number"):
        case(frame=customers().assign(age=values)).load()


def test_columns_without_names_are_told_of() -> None:
    frame = customers()
    frame.columns = pd.Index(range(frame.shape[1]))
    with pytest.raises(
        ProjectError, match="6 columns of the data have no text for a name, the fir"
    ):
        case(frame=frame).load()


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT])
def test_a_missing_value_may_be_written_in_any_way(missing: Any) -> None:
    use_case = case(frame=with_cell("income per.year", missing))
    X = use_case.rows(use_case.load()).X
    assert X["income per.year"].dtype == np.float64
    assert np.isnan(X["income per.year"][3])
    use_case = case(frame=with_cell("Größe", missing))
    assert use_case.rows(use_case.load()).X["Größe"][3] == ""


def test_an_index_that_occurs_twice_is_no_matter() -> None:
    frame = customers()
    frame.index = pd.Index([0] * len(frame))
    use_case = case(frame=frame)
    assert len(use_case.rows(use_case.load())) == 600
    frame.loc[:, "age"] = -1
    with pytest.raises(
        ProjectError, match="Column 'age': in 600 rows the value must be at least 0"
    ):
        use_case.load()


def spending(frame: pd.DataFrame, model: Any = linear, unit: float = 1) -> UseCase:
    """A regression of these rows, on multiples of a unit."""
    fields = FEATURES.model_dump() | {"task": "regression", "target": "spent", "flags": {}}
    data = frame.drop(columns="bought").assign(spent=unit * np.arange(len(frame)))
    return case(model, data, Features.model_validate(fields))


def test_a_regression_of_too_few_rows_is_told_how_many_are_held_out(tmp_path: Path) -> None:
    for rows in (2, 5):
        with pytest.raises(ProjectError, match=f"Of {rows} rows .* holds out 1, and .* need 2"):
            train(spending(customers(rows)), settings_in(tmp_path), Console(quiet=True))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (1 + 2j, r"is not a finite number in 1 row, first \(1\+2j\) in row 3"),
        ("9", "is not a finite number in 1 row, first '9' in row 3"),
        (float("inf"), "is not a finite number in 1 row, first inf in row 3"),
        (pd.Timestamp("2030-01-01"), "is not a finite number in 1 row, first Timestamp"),
    ],
)
def test_a_number_to_predict_that_is_none_is_named(value: Any, reason: str) -> None:
    use_case = spending(customers())
    frame = use_case.data_loader().load_data()
    frame["spent"] = frame["spent"].astype(object)
    frame.at[3, "spent"] = value
    with pytest.raises(ProjectError, match=f"The target 'spent' {reason}"):
        use_case.load()


def test_a_file_of_another_encoding_is_told_with_the_way_out(tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_bytes("customer,Größe\n1,groß\n".encode("latin-1"))

    class Loader(BaseDataLoader):
        def load_data(self, n_rows: int | None = None) -> pd.DataFrame:
            return pd.read_csv(file)

    use_case = UseCase(FEATURES, Loader, case().preprocessor, linear, lambda model: [])
    with pytest.raises(ProjectError, match=r"the file is not UTF-8: say its encoding"):
        train(use_case, settings_in(tmp_path), Console(quiet=True))


@pytest.mark.filterwarnings("ignore:overflow encountered", "ignore:invalid value encountered")
def test_a_hold_out_on_which_nothing_can_be_measured_is_told_at_training(tmp_path: Path) -> None:
    use_case = spending(customers(), lambda X, y: DummyRegressor().fit(X, y), 1e200)
    with pytest.raises(ProjectError, match=r"r2, rmse can't be measured.*too large"):
        train(use_case, settings_in(tmp_path), Console(quiet=True))


@pytest.mark.parametrize(
    "values", [[1.0, 0.0], [Decimal(1), Decimal(0)], [np.int64(1), np.int8(0)]]
)
def test_a_target_of_whole_numbers_may_be_of_any_type(values: list[Any]) -> None:
    frame = customers().assign(bought=pd.Series(values * 300, dtype=object))
    fields = FEATURES.model_dump() | {"flags": {}}
    use_case = case(frame=frame, features=Features.model_validate(fields))
    y = use_case.rows(use_case.load()).y
    assert (str(y.dtype), sorted(set(y))) == ("int64", [0, 1])


def test_the_registrys_metric_is_one_that_so_many_classes_have(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    registry = Registry(metric="brier")
    frame = customers().assign(bought=np.resize(["none", "few", "many"], 600))
    fields = FEATURES.model_dump() | {"flags": {}}
    use_case = case(frame=frame, features=Features.model_validate(fields))
    with pytest.raises(ProjectError, match=r"registry\.metric: brier is not measured for 3 cl"):
        train(use_case, settings.model_copy(update={"registry": registry}), Console(quiet=True))


def test_a_model_that_is_worse_than_none_is_doubted_in_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def swapping(X: Any, y: Any) -> Any:
        return logistic(X, np.where(y == "yes", "no", "yes"))

    train(case(swapping), settings_in(tmp_path), Console(width=500))
    assert "which is better: does the model learn what it is asked?" in capsys.readouterr().out
