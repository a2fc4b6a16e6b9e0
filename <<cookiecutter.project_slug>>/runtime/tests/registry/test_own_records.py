"""Parameters of config.yaml, and the use case's own metrics and figures, wherever they belong."""

from pathlib import Path
from typing import Any

import pytest
from matplotlib import pyplot as plt
from rich.console import Console
from sklearn.linear_model import LogisticRegression

from model_runtime import record_figure, record_metric
from model_runtime.bundle.read import read_bundle
from model_runtime.doctor.examine import examine_use_case
from model_runtime.errors import ProjectError
from model_runtime.registry.client import ModelRegistry
from model_runtime.settings import Settings, Training, read_settings
from model_runtime.training.parameters import with_parameters
from model_runtime.training.run import train

from ..support.sample import PREFIX
from ..support.settings import settings_in
from ..support.small_cases import case
from ..support.versions import record, settings_for

fits: list[float] = []


def learn(X: Any, y: Any, C: float = 1.0, *, max_iter: int = 10) -> LogisticRegression:
    """Learn, and record another metric and figure each time."""
    fits.append(C)
    record_metric("fits", len(fits))
    record_metric("rows.learned", X.shape[0])
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    record_figure("losses", figure)
    plt.close(figure)
    return LogisticRegression(C=C, max_iter=max_iter).fit(X, y)


def with_given(settings: Settings, folds: int = 2, **parameters: Any) -> Settings:
    options = {"folds": folds, "parameters": parameters}
    return settings.model_copy(update={"training": settings.training.model_copy(update=options)})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    fits.clear()
    record(case(learn), with_given(settings_for(folder), C=0.5, max_iter=2_000))
    return folder


def test_parameters_reach_each_fit_and_the_bundle(folder: Path) -> None:
    assert fits == [0.5] * 3  # the model's and two folds'
    assert read_bundle(folder / "model_bin").metadata.parameters == {"C": 0.5, "max_iter": 2_000}
    card = (folder / "reports" / "model-card.md").read_text("utf-8")
    assert "Learned with `C: 0.5`, `max_iter: 2000` (`training.parameters`)." in card


def test_what_the_models_own_fit_recorded_is_kept_and_no_folds(folder: Path) -> None:
    metadata = read_bundle(folder / "model_bin").metadata
    assert metadata.recorded == {"fits": 1.0, "rows.learned": 480.0}
    card = (folder / "reports" / "model-card.md").read_text("utf-8")
    assert "| rows.learned | 480 |" in card
    assert "## losses\n\n![losses](recorded-losses.png)" in card
    assert (folder / "reports" / "recorded-losses.png").read_bytes().startswith(b"\x89PNG")


def test_the_registrys_run_has_them(folder: Path) -> None:
    registry = ModelRegistry(settings_for(folder))
    (version,) = registry.versions()
    run = registry.client.get_run(version.run_id)
    assert run.data.params["training.parameters.C"] == "0.5"
    assert run.data.metrics["fits"] == 1
    reports = {file.path for file in registry.client.list_artifacts(version.run_id, "reports")}
    assert "reports/recorded-losses.png" in reports


def test_a_parameter_that_train_model_does_not_take_is_told(tmp_path: Path) -> None:
    settings = with_given(settings_in(tmp_path), max_itr=5)
    sentence = r"'max_itr' is no argument of train_model \(.*\.py:\d+\); did you mean 'max_iter'\?"
    with pytest.raises(ProjectError, match=sentence):
        train(case(learn), settings, Console(quiet=True))
    assert any("max_itr" in each.text for each in examine_use_case(case(learn), settings))
    with pytest.raises(ProjectError, match=r"'X' is no argument .* it takes C, max_iter, and each"):
        with_parameters(case(learn), {"X": 1})
    with pytest.raises(ProjectError, match="it takes none"):
        with_parameters(case(), {"C": 1})


def test_the_environment_overrides_one_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}TRAINING__PARAMETERS", '{"max_iter": 7, "C": 0.5}')
    assert read_settings().training.parameters == {"max_iter": 7, "C": 0.5}
    with pytest.raises(ValueError, match="inf is nothing that JSON has"):
        Training(parameters={"C": float("inf")})


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: record_metric("a b", 1), "the name 'a b' has other characters than letters"),
        (lambda: record_metric("accuracy", 1), "training measures accuracy itself"),
        (lambda: record_metric("cost", float("nan")), "cost is nan; record a finite number"),
        (lambda: record_metric("cost", "7"), "cost is '7'"),  # type: ignore[arg-type]
        (lambda: record_figure("f", "f.png"), "f is a str; record a figure of matplotlib's"),
    ],
)
def test_what_can_not_be_recorded_is_told(call: Any, sentence: str) -> None:
    with pytest.raises(ProjectError, match=sentence):
        call()
