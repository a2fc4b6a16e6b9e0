"""A cluster's workers learn from rows in parts as this process does, and where one is lost, too."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dask.dataframe
import numpy as np
import pandas as pd
import pytest
from distributed import get_worker
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline

from model_runtime import fit_in_parts
from model_runtime.cluster import Cluster, connected, using
from model_runtime.training.data import load
from model_runtime.training.learn import learn
from model_runtime.training.use_case import UseCase

from ..support.parted import FRAME, by_steps, counting, fitted, parted, written
from ..support.settings import settings_in
from ..support.small_cases import Preprocessor

pytestmark = [
    # Dask leaves sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


class Interrupting(Preprocessor):
    """Once, in the process of a worker and in a later pass, does what `HOW` says."""

    def encode_target(self, target: "pd.Series[Any]") -> "pd.Series[Any]":
        how, marks = os.environ["HOW"], Path(os.environ["MARKS"])
        passed = len([*marks.glob("call-*")])
        (marks / f"call-{os.getpid()}-{passed}").touch()
        if passed == int(os.environ["AFTER"]) and not (marks / "done").exists():
            (marks / "done").touch()
            if how == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            get_worker().batched_stream.comm.abort()
        return target


@pytest.mark.parametrize("how", ["killed", "cut"])
@pytest.mark.parametrize("after", [2, 10])  # while parts are checked, and while they are learned
def test_rows_are_counted_once_where_a_worker_is_lost(
    how: str, after: int, paths: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = fitted(parted(paths), tmp_path)
    for name, value in (("HOW", how), ("MARKS", str(tmp_path)), ("AFTER", str(after))):
        monkeypatch.setenv(name, value)
    use_case = parted(paths, preprocessor=Interrupting)
    with using("local:2"):
        settings = settings_in(tmp_path)
        learned = learn(use_case, load(use_case, settings.training), settings)
    assert (tmp_path / "done").exists()
    assert learned.data.origin.rows == 2_000
    assert np.array_equal(learned.estimator.coef_, wanted[-1].coef_)


@pytest.fixture(scope="module")
def two() -> Iterator[Cluster]:
    with connected("local:2") as found:
        yield found


def fitted_on(cluster: Cluster, use_case: UseCase, folder: Path) -> Pipeline:
    with using(cluster):
        return fitted(use_case, folder)


def layered(X: Any, y: Any) -> Any:
    return fit_in_parts(MLPClassifier((4,), random_state=0), X, y, passes=2)


def state(model: Any) -> dict[str, Any]:
    arrays = {
        "SGDClassifier": ("coef_", "intercept_"),
        "GaussianNB": ("theta_", "var_"),
        "MLPClassifier": ("coefs_",),
    }
    return {name: getattr(model, name) for name in arrays[type(model).__name__]}


@pytest.mark.parametrize("train_model", [by_steps, counting, layered])
def test_a_cluster_gives_the_model_that_this_process_gives(
    train_model: Callable[..., Any], paths: list[Path], tmp_path: Path, two: Cluster
) -> None:
    use_case = parted(paths, train_model)
    here, there = fitted(use_case, tmp_path), fitted_on(two, use_case, tmp_path)
    for name, found in state(here[-1]).items():
        for mine, its in zip(found, state(there[-1])[name], strict=True):
            assert np.array_equal(mine, its), name
    assert here[0].named_transformers_["numbers"][-1].mean_.tolist() == (
        there[0].named_transformers_["numbers"][-1].mean_.tolist()
    )


def test_partitions_of_dask_are_parts(tmp_path: Path, two: Cluster) -> None:
    # Its own partitions are other parts than those of the files, so that they are cut alike here.
    frame = dask.dataframe.from_pandas(FRAME, npartitions=3)
    ends = np.cumsum([len(frame.get_partition(k)) for k in range(3)])
    files = written(FRAME, tmp_path / "data", [int(end) for end in ends[:-1]])
    found = fitted(parted(frame), tmp_path)
    again = fitted_on(two, parted(frame), tmp_path)
    wanted = fitted(parted(files), tmp_path)
    assert np.array_equal(found[-1].coef_, wanted[-1].coef_)
    assert np.array_equal(again[-1].coef_, wanted[-1].coef_)
