"""A training's words: on the terminal, in the model card, and of each class."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from model_runtime.bundle.read import Bundle
from model_runtime.training.by_class import ClassScore, by_class, section
from model_runtime.training.run import train

from ..support import small_cases
from ..support.settings import settings_in
from ..support.small_cases import case, with_thresholds

TASKS = ("classification", "regression")


def test_the_reports_are_readable(trained: Path, bundle: Bundle) -> None:
    folder = trained / "reports"
    card = (folder / "model-card.md").read_text()
    assert f"version {bundle.metadata.version}" in card
    for feature in bundle.schema.features:
        assert f"| {feature.name} |" in card
    pictures = sorted(file.name for file in folder.glob("*.png"))
    assert pictures
    for picture in pictures:
        assert f"({picture})" in card
    figures = json.loads((folder / "metrics.json").read_text())
    assert figures["hold_out"] == bundle.metadata.metrics
    assert len(figures["folds"]) == 5


def test_progress_ends_with_quality_engine_and_parity(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(case(small_cases.logistic), settings_in(tmp_path, folds=5), Console())
    closing = capsys.readouterr().out.split("\n\n")[-1]
    assert "accuracy 0." in closing and "over 5 folds" in closing and "majority" in closing
    assert "engine   onnx: 3" in closing and "largest difference" in closing


def test_a_metric_that_decides_over_the_model_is_told_where_it_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_in(tmp_path)
    registry = settings.registry.model_copy(update={"metric": "log_loss"})
    settings = settings.model_copy(update={"registry": registry})
    metadata = train(with_thresholds(roc_auc=">= 0.6", accuracy="> 0.5"), settings, Console())
    closing = capsys.readouterr().out.split("\n\n")[-1].splitlines()
    gates = [line.split(maxsplit=1)[1] for line in closing if line.split()[0] == "gate"]
    simplest = "by always answering the majority class"
    told = {name: f"{value:.3f}" for name, value in metadata.metrics.items()}
    assert gates[0] == f"roc_auc {told['roc_auc']}, 0.500 {simplest}; has to be >= 0.6"
    assert gates[1].startswith(f"accuracy {told['accuracy']}, ")
    assert gates[2].startswith(f"log_loss {told['log_loss']}, ")
    assert gates[2].endswith("promotion goes by it")


def test_the_report_tells_each_class_apart(tmp_path: Path) -> None:
    train(case(), settings_in(tmp_path), Console(quiet=True))
    figures = json.loads((tmp_path / "reports" / "metrics.json").read_text())
    card = (tmp_path / "reports" / "model-card.md").read_text()
    assert [found["name"] for found in figures["classes"]] == ["no", "yes"]
    rows = [found["rows"] for found in figures["classes"]]
    assert sum(rows) == sum(found["answered"] for found in figures["classes"]) == 120
    right = sum(found["recall"] * found["rows"] for found in figures["classes"])
    assert right / 120 == pytest.approx(figures["hold_out"]["accuracy"])
    for found in figures["classes"]:
        shares = f"{found['precision']:.3f} | {found['recall']:.3f}"
        assert f"| {found['name']} | {found['rows']} | {found['answered']} | {shares} |" in card


def test_a_class_that_is_never_answered_has_no_precision() -> None:
    scores = by_class([0, 0, 1], [0, 0, 0], ["no", "yes", "may|be"], [2, 1, 5])
    assert scores == [
        ClassScore("no", 3, 8, 3 / 8, 1.0),
        ClassScore("yes", 5, 0, None, 0.0),
        ClassScore("may|be", 0, 0, None, None),
    ]
    assert r"| may\|be | 0 | 0 |  |  |" in section(scores)
