"""Each command that calls `load_data` says in a sentence what is wrong with what came back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from model_runtime.bundle.metadata import Metadata
from model_runtime.doctor.data import frame_of
from model_runtime.errors import ProjectError
from model_runtime.evaluation.published import write_loaded
from model_runtime.profiling.run import profile_own
from model_runtime.settings import read_settings
from model_runtime.training.data import load
from model_runtime.training.use_case import UseCase

from .support.small_cases import FEATURES, Loader, Preprocessor, case, customers


def trained(use_case: UseCase) -> None:
    load(use_case, read_settings().training)


def profiled(use_case: UseCase) -> None:
    profile_own(use_case, read_settings())


def evaluated(use_case: UseCase) -> None:
    write_loaded(Path("rows.parquet"), use_case, read_settings(), Metadata.model_construct())


def examined(use_case: UseCase) -> None:
    found = [each.text for each in frame_of(use_case) if each.kind == "wrong"]
    if found:
        raise ProjectError(" ".join(found))


def lost() -> pd.DataFrame:
    raise FileNotFoundError("data/gone.csv")


COMMANDS = (trained, profiled, evaluated, examined)
NO_FRAME = {
    "None": lambda: None,
    "a list of 600": lambda: customers().to_dict("records"),
    "a dict": lambda: customers().to_dict("list"),
    r"a Series of shape \(600,\)": lambda: customers()["age"],
    r"a ndarray of shape \(600, 6\)": lambda: customers().to_numpy(),
}
FAULTS: dict[str, Callable[[], Any]] = {
    **{
        rf"DataLoader\.load_data \(.*\) returned {found}; it returns a DataFrame": made
        for found, made in NO_FRAME.items()
    },
    "step 'load' failed in lost, .*: FileNotFoundError: data/gone.csv": lost,
    "The data has no rows; see DataLoader.load_data": lambda: customers().head(0),
    "Column 'age' is in features.yaml but not in the data": pd.DataFrame,
    "Column 'bought' is in features.yaml but": lambda: customers().drop(columns="bought"),
    "Column 'copy' is in features.yaml but": lambda: customers()[["age", "bought"]],
    "Column 'age' is in the data 2 times": lambda: pd.concat([customers()] * 2, axis=1),
    "columns of the data have no text for a name": lambda: pd.concat({"a": customers()}, axis=1),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("sentence", FAULTS)
def test_what_comes_back_is_told(command: Callable[[UseCase], None], sentence: str) -> None:
    class Broken(Loader):
        def load_data(self, n_rows: int | None = None) -> Any:
            return FAULTS[sentence]()

    usual = case()
    broken = UseCase(
        FEATURES, lambda: Broken(customers()), Preprocessor, usual.train_model, usual.get_classes
    )
    with pytest.raises(ProjectError, match=sentence):
        command(broken)


@pytest.mark.parametrize("command", [profiled, examined])
def test_a_loader_that_can_t_be_made_is_told(command: Callable[[UseCase], None]) -> None:
    def made() -> Loader:
        raise KeyError("DATABASE")

    usual = case()
    broken = UseCase(FEATURES, made, Preprocessor, usual.train_model, usual.get_classes)
    with pytest.raises(ProjectError, match=r"failed in made, .*: KeyError: 'DATABASE'"):
        command(broken)
