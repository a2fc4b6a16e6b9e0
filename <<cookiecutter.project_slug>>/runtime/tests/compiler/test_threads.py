"""Few rows are answered by one of OpenMP's threads, many by all."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from threadpoolctl import threadpool_info, threadpool_limits

from model_runtime.bundle.engines import SklearnEngine
from model_runtime.compiler.prove import prove
from model_runtime.compiler.threads import FEW
from model_runtime.training.importance import measure_importance
from model_runtime.training.rows import Rows
from model_runtime.training.task import TRAINING_TASKS

FEW_ROWS = 300


class Noting(HistGradientBoostingClassifier):  # type: ignore[misc]
    """Boosted trees that note with how many threads they are asked."""

    threads: ClassVar[set[int]] = set()

    def _raw_predict(self, X: Any, n_threads: int | None = None) -> Any:
        libraries = threadpool_info()
        Noting.threads |= {each["num_threads"] for each in libraries if _openmp(each)}
        return super()._raw_predict(X, n_threads)


def _openmp(library: dict[str, Any]) -> bool:
    return bool(library["user_api"] == "openmp")


def table(rows: int) -> pd.DataFrame:
    return pd.DataFrame({"x": np.arange(float(rows)) % 7})


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return make_pipeline(Noting(max_iter=2).fit(table(FEW_ROWS), np.arange(FEW_ROWS) % 2))


def in_a_proof(pipeline: Pipeline) -> None:
    engine = SklearnEngine(pipeline, "classification")
    assert prove(pipeline, engine, {"rows": table(FEW_ROWS)}, "classification").proven


def on_the_hold_out(pipeline: Pipeline) -> None:
    TRAINING_TASKS["classification"].outputs(pipeline, table(FEW_ROWS))


def for_importance(pipeline: Pipeline) -> None:
    rows = Rows(table(FEW_ROWS), pd.Series(np.arange(FEW_ROWS) % 2))
    measure_importance(pipeline, rows, 0)


def of_many_rows(pipeline: Pipeline) -> None:
    TRAINING_TASKS["classification"].outputs(pipeline, table(FEW + 1))


@pytest.mark.parametrize(
    ("asked", "threads"), [(on_the_hold_out, 1), (for_importance, 1), (of_many_rows, 2)]
)
def test_few_rows_are_answered_by_one_thread(
    pipeline: Pipeline, asked: Callable[[Pipeline], None], threads: int
) -> None:
    Noting.threads = set()
    with threadpool_limits(2, user_api="openmp"):
        asked(pipeline)
    assert Noting.threads == {threads}


def test_a_proof_asks_scikit_learn_by_one_thread(pipeline: Pipeline) -> None:
    """The engine that is proven keeps the threads that it is served with."""
    Noting.threads = set()
    with threadpool_limits(2, user_api="openmp"):
        in_a_proof(pipeline)
    assert Noting.threads == {1, 2}
