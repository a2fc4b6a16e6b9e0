"""AutoML finds an estimator within its budget, the same for the same seed, and only once a run."""

import json
import logging
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from sklearn.linear_model import LogisticRegression
from skops.io import dumps, get_untrusted_types

from model_runtime.automl import race, search
from model_runtime.automl.estimators import CLASSIFIERS, REGRESSORS
from model_runtime.bundle.engines import OnnxEngine
from model_runtime.compiler.compile import compile_pipeline
from model_runtime.compiler.proof_rows import proof_rows
from model_runtime.compiler.prove import prove
from model_runtime.errors import ProjectError
from model_runtime.features import Features
from model_runtime.settings import AutoML
from model_runtime.tasks import TaskName
from model_runtime.training.fit import fit
from model_runtime.training.resolve import resolve_schema
from model_runtime.training.run import train
from model_runtime.training.session import Session, comparing, session
from model_runtime.training.split import split

from ..support.searches import OTHERWISE, configured, found_by, rows_of, searching
from ..support.small_cases import FEATURES, case, customers


def test_disabled_it_fits_the_other_estimator(tmp_path: Path) -> None:
    other = LogisticRegression()
    with session(configured(tmp_path, enabled=False)) as opened:
        assert search(*rows_of("classification"), otherwise=other) is other
    assert other.coef_.shape == (1, 6)
    assert opened.found is None


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_the_same_seed_and_trials_find_the_same(tmp_path: Path, task: str) -> None:
    settings = configured(tmp_path, max_trials=10, estimators=("histgb", "rf", "lrl2", "enet"))
    (one, first), (other, second) = found_by(settings, task), found_by(settings, task)
    boards = [
        [(trial.estimator, trial.config, trial.score) for trial in found.leaderboard]
        for found in (first, second)
    ]
    assert boards[0] == boards[1]
    assert len(boards[0]) == 10
    assert len({name for name, _, _ in boards[0]}) == 3
    X, _ = rows_of(task)
    np.testing.assert_array_equal(one.predict(X), other.predict(X))


def test_another_seed_tries_others(tmp_path: Path) -> None:
    settings = configured(tmp_path)
    training = settings.training.model_copy(update={"seed": 7})
    _, first = found_by(settings)
    _, second = found_by(settings.model_copy(update={"training": training}))
    assert [trial.config for trial in first.trials] != [trial.config for trial in second.trials]


def test_the_winner_is_scikit_learns_own_with_the_best_configuration(tmp_path: Path) -> None:
    estimator, found = found_by(configured(tmp_path))
    best = found.leaderboard[0]
    assert best.score == max(trial.score for trial in found.trials)
    assert type(estimator).__module__.startswith("sklearn.")
    assert best.config.items() <= estimator.get_params().items()
    assert not [name for name in get_untrusted_types(data=dumps(estimator)) if "flaml" in name]


def test_a_metric_that_should_be_low_is_lowered(tmp_path: Path) -> None:
    _, found = found_by(configured(tmp_path, metric="log_loss"))
    assert found.leaderboard[0].score == min(trial.score for trial in found.trials)


@pytest.mark.parametrize(
    ("task", "name"),
    [
        (task, name)
        for task, classes in (("classification", CLASSIFIERS), ("regression", REGRESSORS))
        for name in AutoML().estimators
        if name in classes
    ],
)
def test_whatever_wins_by_default_compiles(tmp_path: Path, task: TaskName, name: str) -> None:
    frame, fields = customers(300), FEATURES.model_dump()
    if task == "regression":
        fields |= {"task": "regression", "target": "spent", "flags": {}}
        frame = frame.drop(columns="bought").assign(spent=3.0 * frame["age"])
    use_case = case(
        lambda X, y: search(X, y, otherwise=OTHERWISE[task]), frame, Features.model_validate(fields)
    )
    rows = use_case.rows(frame)
    parts = split(rows, 0.2, 0, task)
    with session(configured(tmp_path, estimators=(name,), max_trials=3)):
        pipeline = fit(use_case, parts.train, 0)
    classes = ["no", "yes"] if task == "classification" else []
    schema = resolve_schema(use_case.features, rows.X, classes)
    groups = proof_rows(schema, parts.train.X, parts.test.X, 1_000, 0)
    engine = OnnxEngine(compile_pipeline(pipeline, parts.train.X))
    parity = prove(pipeline, engine, groups, task, scale=float(np.std(np.arange(60)) * 3))
    assert parity.proven, parity.obstacle


def test_a_training_searches_once_and_reports_what_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    searches: list[Session] = []

    class Counted(race._Race):
        def __init__(self, opened: Session, validation: Any) -> None:
            searches.append(opened)
            super().__init__(opened, validation)

    monkeypatch.setattr(race, "_Race", Counted)
    train(case(searching), configured(tmp_path), Console())
    assert len(searches) == 1
    assert "the best of 6 trials (roc_auc 0." in capsys.readouterr().out
    reports = tmp_path / "reports"
    written = json.loads((reports / "automl.json").read_text())
    assert [trial["rank"] for trial in written["trials"]] == [1, 2, 3, 4, 5, 6]
    scores = [trial["score"] for trial in written["trials"]]
    assert scores == sorted(scores, reverse=True)
    card = (reports / "model-card.md").read_text()
    assert "| 1 | " in card and "| 6 | " in card and "(automl.png)" in card
    assert (reports / "automl.png").stat().st_size > 10_000


def test_a_comparison_searches_anew_with_a_share_of_the_budget(tmp_path: Path) -> None:
    X, y = rows_of("classification")
    with session(configured(tmp_path, max_trials=8)) as opened:
        searching(X, y)
        served = opened.found
        with comparing():
            wider = searching(np.column_stack([X, y]), y)
        assert opened.found is served
    assert wider.n_features_in_ == 7


def test_a_time_budget_ends_the_search(tmp_path: Path) -> None:
    start = time.monotonic()
    _, found = found_by(configured(tmp_path, max_trials=None, time_budget_s=1.5))
    assert time.monotonic() - start < 10
    assert max(trial.began for trial in found.trials) <= 1.5


def test_an_estimator_that_cannot_learn_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    X, y = rows_of("classification")
    X[0, 0] = np.nan
    with session(configured(tmp_path, estimators=("lrl2", "histgb"))) as opened:
        searching(X, y)
    assert opened.found is not None
    assert {trial.estimator for trial in opened.found.trials} == {"histgb"}
    assert "automl: lrl2 is left out: Input X contains NaN" in caplog.text
    with (
        session(configured(tmp_path, estimators=("lrl2",))),
        pytest.raises(ProjectError, match="no estimator could learn"),
    ):
        searching(X, y)


def test_weights_count_as_rows_do(tmp_path: Path) -> None:
    frame = customers().assign(count=np.arange(600) % 5 + 1)
    features = Features.model_validate(FEATURES.model_dump() | {"weight": "count"})
    use_case = case(searching, frame, features)
    metadata = train(use_case, configured(tmp_path), Console(quiet=True))
    assert metadata.data.rows == frame["count"].sum()
    assert metadata.metrics["roc_auc"] > 0.7


def test_flaml_leaves_no_file_says_nothing_and_asks_no_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*args: Any) -> None:
        raise AssertionError(f"a search asked {args[1:]}")

    settings = configured(tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    logging.getLogger("flaml").warning("FLAML may not say this")
    found_by(settings)
    assert not list(empty.iterdir())
    assert capfd.readouterr() == ("", "")


def test_ctrl_c_ends_a_search_and_leaves_nothing(tmp_path: Path) -> None:
    settings = configured(tmp_path, max_trials=None, time_budget_s=60)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    # More than once: where it falls into a library's callback, Python can only print it.
    signal.setitimer(signal.ITIMER_REAL, 1.5, 1)
    try:
        with pytest.raises(KeyboardInterrupt):
            train(case(searching), settings, Console(quiet=True))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert not list(tmp_path.iterdir())


def test_flaml_is_loaded_by_a_search_alone() -> None:
    code = "import sys; from model_runtime import search; assert 'flaml' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
