"""Estimators learn from rows in parts, here and on a cluster, and are proven and served."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dask.dataframe
import numpy as np
import pandas as pd
import pytest
from distributed import get_worker
from rich.console import Console
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline

from model_runtime import fit_in_parts, search
from model_runtime.bundle.read import read_bundle
from model_runtime.cluster import Cluster, connected, using
from model_runtime.errors import ProjectError
from model_runtime.evaluation.run import evaluate
from model_runtime.hooks import BaseDataLoader, in_partitions
from model_runtime.settings import Training
from model_runtime.training.data import load
from model_runtime.training.learn import learn
from model_runtime.training.run import train
from model_runtime.training.use_case import UseCase

from ..support.parted import PartsLoader, by_steps, parted, regressed, written
from ..support.sample import RUNTIME
from ..support.settings import settings_in
from ..support.small_cases import SPENDING, Preprocessor, SpendingPreprocessor, case, customers

pytestmark = [
    # Dask leaves sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

FRAME = customers(2_000)


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return written(FRAME, tmp_path_factory.mktemp("data"), [300, 301, 1_200])


def fitted(use_case: UseCase, folder: Path) -> Pipeline:
    settings = settings_in(folder)
    return learn(use_case, load(use_case, settings.training), settings).pipeline


@pytest.fixture(scope="module")
def two() -> Iterator[Cluster]:
    with connected("local:2") as found:
        yield found


def fitted_on(cluster: Cluster, use_case: UseCase, folder: Path) -> Pipeline:
    with using(cluster):
        return fitted(use_case, folder)


def counting(X: Any, y: Any) -> Any:
    return fit_in_parts(GaussianNB(), X, y)


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


def test_one_pass_in_one_part_is_a_step_on_the_whole_table(tmp_path: Path) -> None:
    def once(X: Any, y: Any) -> Any:
        estimator = SGDClassifier(loss="log_loss", random_state=0)
        return fit_in_parts(estimator, X, y, passes=1)

    use_case = parted(written(FRAME, tmp_path / "data"), once)
    settings = settings_in(tmp_path)
    learned = learn(use_case, load(use_case, settings.training), settings)
    # The file has two row groups, small enough for one part, and the sample is all of it.
    rows = learned.parts.train
    alone = SGDClassifier(loss="log_loss", random_state=0)
    alone.partial_fit(learned.pipeline[0].transform(rows.X), np.asarray(rows.y), ["no", "yes"])
    assert np.array_equal(alone.coef_, learned.estimator.coef_)


def test_counting_in_parts_is_counting_the_table(paths: list[Path], tmp_path: Path) -> None:
    use_case = parted(paths, counting)
    settings = settings_in(tmp_path)
    learned = learn(use_case, load(use_case, settings.training), settings)
    rows = learned.parts.train
    alone = GaussianNB().fit(learned.pipeline[0].transform(rows.X), rows.y)
    assert np.allclose(alone.theta_, learned.estimator.theta_, rtol=1e-9, atol=1e-12)
    assert np.allclose(alone.class_prior_, learned.estimator.class_prior_)


def test_a_bundle_is_made_proven_measured_and_says_what_it_learned_from(
    paths: list[Path], tmp_path: Path
) -> None:
    settings = settings_in(tmp_path)
    metadata = train(parted(paths), settings, Console(quiet=True))
    assert metadata.parity.proven
    assert metadata.data.rows == 2_000
    card = (tmp_path / "reports" / "model-card.md").read_text("utf-8")
    assert "`train_model` got 1,600 rows in 4 parts; 1,600 drawn" in card
    bundle = read_bundle(settings.paths.bundle)
    again = evaluate(parted(paths), bundle, settings, Console(quiet=True))
    assert again.rows == "the hold-out of the data that it learned from"
    assert again.measured.metrics == pytest.approx(metadata.metrics, abs=1e-6)
    other = evaluate(parted(paths[:3]), bundle, settings, Console(quiet=True))
    assert other.rows == "240 rows drawn from load_partitions"


def test_a_regression_learns_in_parts(tmp_path: Path) -> None:
    frame = FRAME.drop(columns="bought").assign(spent=20.0 + FRAME["age"])
    paths = written(frame, tmp_path / "data", [700])
    use_case = parted(paths, regressed, SPENDING, SpendingPreprocessor)
    metadata = train(use_case, settings_in(tmp_path), Console(quiet=True))
    assert metadata.parity.proven
    assert metadata.metrics["r2"] > 0.99


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


def test_estimators_that_cannot_learn_in_parts_are_told(paths: list[Path], tmp_path: Path) -> None:
    def refused(train_model: Callable[..., Any], message: str) -> None:
        with pytest.raises(ProjectError, match=message):
            fitted(parted(paths, train_model), tmp_path)

    refused(
        lambda X, y: fit_in_parts(LogisticRegression(), X, y),
        "LogisticRegression can't learn in parts. Those",
    )
    refused(lambda X, y: fit_in_parts(SGDClassifier(), X, y), "SGDClassifier has no predict_proba")
    refused(
        lambda X, y: fit_in_parts(GaussianNB(), X, y, passes=2),
        "GaussianNB counts rows, in one pass, not 2",
    )
    refused(lambda X, y: fit_in_parts(GaussianNB(), X, y, passes=0), "passes is 0")
    refused(lambda X, y: search(X, y, otherwise=LogisticRegression()), "got 1,600 rows in parts")
    refused(lambda X, y: LogisticRegression().fit(X, y), "got 1,600 rows in parts")


def test_a_sample_can_be_learned_from(paths: list[Path], tmp_path: Path) -> None:
    def of_sample(X: Any, y: Any) -> Any:
        if isinstance(X, np.ndarray):
            return LogisticRegression().fit(X, y)
        return LogisticRegression().fit(X.sample.X, X.sample.y)

    assert isinstance(fitted(parted(paths, of_sample), tmp_path)[-1], LogisticRegression)


def test_the_example_of_the_docs_trains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (RUNTIME / "docs" / "use-case.md").read_text("utf-8")
    (section,) = re.findall(r"^## More data than memory$(.*?)^## ", page, re.M | re.S)
    own: dict[str, Any] = {}
    for text in re.findall(r"^```python$(.*?)^```$", section, re.M | re.S):
        exec(text, own)
    written(FRAME, tmp_path / "data" / "customers", [900])
    settings = settings_in(tmp_path)
    monkeypatch.chdir(tmp_path)
    use_case = replace(case(own["train_model"]), data_loader=own["DataLoader"])
    metadata = train(use_case, settings, Console(quiet=True))
    assert metadata.parity.proven
    assert metadata.data.rows == len(FRAME)


def test_rows_in_memory_are_fitted_as_ever() -> None:
    found = fit_in_parts(LogisticRegression(), [[0], [1]], [0, 1], [1, 1])
    assert np.array_equal(found.coef_, LogisticRegression().fit([[0], [1]], [0, 1]).coef_)


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
