"""A search and the folds give the same on a cluster, whatever its size and what it loses."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from model_runtime.automl import search
from model_runtime.cluster import Cluster, Here, connected
from model_runtime.settings import Settings
from model_runtime.training.cross_validate import cross_validate
from model_runtime.training.evaluate import evaluate
from model_runtime.training.session import Found, session

from ..support.sample import PREFIX
from ..support.searches import OTHERWISE, configured, rows_of, searching
from ..support.small_cases import boosted, case

pytestmark = [
    # Dask leaves sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

CLASSIFIERS = ("histgb", "rf", "lrl2")


@pytest.fixture(scope="module", params=["local:1", "local:2"])
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    with connected(request.param) as found:
        yield found


def found_on(cluster: Cluster, settings: Settings, task: str = "classification") -> Found:
    with session(settings, cluster) as opened:
        search(*rows_of(task), otherwise=OTHERWISE[task])
    assert opened.found is not None
    return opened.found


def board(found: Found) -> list[Any]:
    return [(each.estimator, each.config, each.score, each.folds) for each in found.leaderboard]


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_the_same_seed_finds_the_same_on_workers(
    tmp_path: Path, cluster: Cluster, task: str
) -> None:
    settings = configured(tmp_path, max_trials=15, estimators=(*CLASSIFIERS, "enet"))
    here, there = (found_on(each, settings, task) for each in (Here(), cluster))
    assert board(here) == board(there)
    assert [each.config for each in here.trials] == [each.config for each in there.trials]
    assert min(each.folds for each in here.trials) < 5


def test_an_estimator_that_cannot_learn_is_left_out_there_too(
    tmp_path: Path, cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    X, y = rows_of("classification")
    X[0, 0] = float("nan")
    with session(configured(tmp_path, estimators=("lrl2", "histgb")), cluster) as opened:
        searching(X, y)
    assert opened.found is not None
    assert {trial.estimator for trial in opened.found.trials} == {"histgb"}
    assert "automl: lrl2 is left out: Input X contains NaN" in caplog.text


def test_no_trial_begins_after_the_budget_there_either(tmp_path: Path, cluster: Cluster) -> None:
    found = found_on(cluster, configured(tmp_path, max_trials=None, time_budget_s=2))
    assert max(trial.began for trial in found.trials) <= 2


def test_folds_have_the_same_scores(tmp_path: Path, cluster: Cluster) -> None:
    settings = configured(tmp_path)
    for train_model in (boosted, searching):
        use_case = case(train_model)
        rows = use_case.rows(use_case.load())
        scores = []
        for each in (Here(), cluster):
            with session(settings, each) as opened:
                if train_model is searching:
                    opened.found = found_on(Here(), settings)
                scores.append(cross_validate(use_case, rows, settings.training, evaluate))
        assert scores[0] == scores[1]
        assert len(scores[0]) == settings.training.folds


def test_a_worker_that_is_lost_costs_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = configured(tmp_path, max_trials=8)
    with connected("local:2") as cluster:
        lost, started, start = cluster.start(_pid, 0).result(), count(1), cluster.start

        def start_and_kill(function: Any, piece: Any, first: bool = False) -> Any:
            if next(started) == 5:
                os.kill(lost, signal.SIGKILL)
            return start(function, piece, first)

        monkeypatch.setattr(cluster, "start", start_and_kill)
        there = found_on(cluster, settings)
        assert next(started) > 5
        assert lost not in {start(_pid, k).result() for k in range(10)}
    assert board(there) == board(found_on(Here(), settings))


def _pid(_: int) -> int:
    return os.getpid()


def test_dask_is_loaded_with_a_cluster_alone() -> None:
    code = (
        "import sys; from model_runtime.automl import race, measuring; "
        "from model_runtime.training import run; from model_runtime.cluster import connected\n"
        "with connected(''): assert not {'dask', 'distributed'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("command", ["train", "retrain"])
def test_a_cluster_that_is_none_is_told_before_anything_is_trained(
    tmp_path: Path, command: str
) -> None:
    folders = {"BUNDLE": tmp_path / "bundle", "REGISTRY": tmp_path / "registry"}
    environment = {f"{PREFIX}PATHS__{name}": str(folder) for name, folder in folders.items()}
    done = subprocess.run(
        [sys.executable, "-m", "model_runtime", command, "--cluster", "four"],
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "CLUSTER is 'four'; it is local:N" in done.stderr
    assert not any(folder.exists() for folder in folders.values())
