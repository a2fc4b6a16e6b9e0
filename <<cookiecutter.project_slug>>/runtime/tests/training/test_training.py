"""Training: what it refuses, what it leaves, and that it does the same again."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import LinearSVC

from model_runtime.bundle.read import read_bundle
from model_runtime.bundle.rows import Value, columns_from
from model_runtime.errors import ProjectError
from model_runtime.features import Features, read_features
from model_runtime.training.run import train
from model_runtime.training.validate import validate_frame

from ..support.settings import settings_in
from ..support.small_cases import FEATURES, case, customers, with_thresholds

TASKS = ("classification", "regression")


def change(**columns: Any) -> pd.DataFrame:
    return customers().assign(**columns)


def first_row(column: str, value: Any) -> pd.DataFrame:
    frame = customers()
    frame[column] = frame[column].astype(object)
    frame.loc[0, column] = value
    return frame


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (customers().drop(columns="age"), "Column 'age' is in features.yaml but not in the data"),
        (change(extra=1), "Column 'extra' is in the data but not in features.yaml"),
        (first_row("age", "old"), "in 1 row the value must be a number, first 'old' in row 0"),
        (first_row("age", 1.5), "in 1 row the value must be a whole number, first 1.5 in row 0"),
        (first_row("age", -1), "in 1 row the value must be at least 0, first -1 in row 0"),
        (first_row("age", 121), "in 1 row the value must be at most 120, first 121 in row 0"),
        (first_row("age", float("inf")), "the value must be a finite number, first inf in row 0"),
        (first_row("age", None), "1 row is without a value; fill them"),
        (first_row("copy", 2), "in 1 row the value must be true or false, first 2 in row 0"),
        (change(age=np.nan), "Column 'age' has no value in any row"),
        (change(bought="yes"), "The target 'bought' is 'yes' in every row"),
        (change(bought=None), "The target 'bought' is empty in every row"),
        (first_row("bought", None), "The target 'bought': 1 row is without a value"),
        (first_row("bought", "maybe"), "has the class 'maybe' in one row only"),
        (customers(0), "The data has no rows"),
        (pd.concat([customers(), customers()[["age"]]], axis=1), "in the data 2 times; keep one"),
    ],
)
def test_data_that_does_not_fit_is_told_in_a_sentence(frame: pd.DataFrame, sentence: str) -> None:
    with pytest.raises(ProjectError) as refusal:
        validate_frame(frame, FEATURES)
    assert sentence in str(refusal.value)


def test_a_label_that_features_yaml_does_not_list_is_named() -> None:
    fields = FEATURES.model_dump()
    fields["features"][3]["labels"] = ["S", "M"]
    with pytest.raises(ProjectError, match=r"the value is not a label of this field, first 'L'"):
        validate_frame(customers(), Features.model_validate(fields))


def test_every_finding_is_told_at_once() -> None:
    with pytest.raises(ProjectError) as refusal:
        validate_frame(change(age=200, extra=1).drop(columns="copy"), FEATURES)
    assert len(str(refusal.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{}", "target: is missing"),
        ("target: [", "features.yaml, line 1: is not YAML"),
        (
            "target: y\ntask: clustering\nfeatures: [{name: a, type: number}]",
            "task: Input should be",
        ),
        (
            "target: y\ntask: regression\nfeatures: [{name: a, typ: number}]",
            "feature 'a': typ: is not a key that this file knows; did you mean 'type'?",
        ),
        ("target: a\ntask: regression\nfeatures: [{name: a, type: number}]", "stand twice: a"),
        (
            "target: y\ntask: regression\nfeatures: [{name: a, type: category, labels: [null]}]",
            "put it in quotes",
        ),
        (
            "target: y\ntask: regression\nfeatures: [{name: a, type: number, max: 1, example: 2}]",
            "the example of 'a' is 2: it must be at most 1",
        ),
        (
            "target: y\ntask: regression\nfeatures: [{name: a, type: number}]\nthresholds: {r2: x}",
            "'x' is no threshold",
        ),
        (
            "target: y\ntask: regression\nfeatures: [{name: a, type: number}]\n"
            "thresholds: {acuracy: '> 0'}",
            "acuracy is not measured for a regression; choose from r2, mae, rmse",
        ),
        (
            "target: y\ntask: classification\nfeatures: [{name: a, type: number}]\n"
            "thresholds: {accuracy: '> 1'}",
            "accuracy can't be > 1",
        ),
        (
            "target: y\ntask: classification\nid: p\nfeatures: [{name: a, type: number}]\n"
            "flags: {'1': p}",
            "'p' is the name of the ID and of a flag",
        ),
        (
            "target: y\ntask: regression\nfeatures: [{name: a, type: text, min: 1, example: b}]",
            "'a' is a text, which has no min",
        ),
        (
            "target: y\ntask: regression\nfeatures: [{name: a, type: category, labels: [b, b]}]",
            "'a' has the label 'b' twice",
        ),
    ],
)
def test_a_mistake_in_features_yaml_is_told_with_its_place(
    tmp_path: Path, text: str, sentence: str
) -> None:
    file = tmp_path / "features.yaml"
    file.write_text(text)
    with pytest.raises(ProjectError) as refusal:
        read_features(file)
    assert sentence in str(refusal.value)


def test_a_missed_threshold_fails_the_run_and_leaves_the_bundle(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    before = train(with_thresholds(accuracy=">= 0.5"), settings, Console(quiet=True))
    card = (tmp_path / "reports" / "model-card.md").read_text()
    with pytest.raises(ProjectError, match=r"accuracy is .* and has to be >= 0\.999"):
        train(with_thresholds(accuracy=">= 0.999"), settings, Console(quiet=True))
    assert read_bundle(tmp_path / "model_bin").metadata == before
    assert (tmp_path / "reports" / "model-card.md").read_text() == card
    refused = json.loads((tmp_path / "reports-refused" / "metrics.json").read_text())
    assert refused["thresholds_missed"]


def test_each_run_is_the_next_version(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    versions = [train(case(), settings, Console(quiet=True)).version for _ in range(2)]
    assert versions == [1, 2]


def test_the_same_data_and_seed_give_the_same_predictions(tmp_path: Path) -> None:
    def unseeded(X: Any, y: Any) -> RandomForestClassifier:
        return RandomForestClassifier(20).fit(X, y)

    answers = []
    for name in ("first", "second"):
        train(case(unseeded), settings_in(tmp_path / name), Console(quiet=True))
        bundle = read_bundle(tmp_path / name / "model_bin")
        rows: list[list[Value]] = [
            [income, 40, True, "L"] for income in range(1_000, 90_000, 1_000)
        ]
        answers.append(bundle.engine().run(columns_from(bundle.schema.features, rows)))
    np.testing.assert_array_equal(answers[0], answers[1])


def test_a_model_without_probabilities_is_told_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"LinearSVC, which has no predict_proba.*Calibrated"):
        train(case(lambda X, y: LinearSVC().fit(X, y)), settings_in(tmp_path), Console(quiet=True))


@pytest.mark.parametrize("folder", ["bundle", "reports"])
def test_a_folder_with_other_files_is_never_replaced(tmp_path: Path, folder: str) -> None:
    settings = settings_in(tmp_path)
    mine = tmp_path / "data" / "customers.csv"
    mine.parent.mkdir()
    mine.write_text("mine")
    paths = settings.paths.model_copy(update={folder: mine.parent})
    changed = settings.model_copy(update={"paths": paths})
    with pytest.raises(ProjectError, match="holds files that training did not write"):
        train(case(), changed, Console(quiet=True))
    assert mine.read_text() == "mine"


def test_a_frame_joined_from_parts_trains(tmp_path: Path) -> None:
    frame = pd.concat([customers(300), customers(300)])
    metadata = train(case(frame=frame), settings_in(tmp_path), Console(quiet=True))
    assert metadata.data.rows == 600


def test_few_rows_get_as_many_folds_as_there_can_be(tmp_path: Path) -> None:
    frame = customers(600).groupby("bought").head(3)
    train(case(frame=frame), settings_in(tmp_path, folds=5), Console(quiet=True))
    figures = json.loads((tmp_path / "reports" / "metrics.json").read_text())
    assert len(figures["folds"]) == 3


def test_a_failure_of_the_use_cases_code_is_told_with_its_place(tmp_path: Path) -> None:
    def broken(X: Any, y: Any) -> Any:
        raise ZeroDivisionError("my own mistake")

    with pytest.raises(
        ProjectError, match=r"'fit' failed in broken, .*: ZeroDivisionError: my own"
    ):
        train(case(broken), settings_in(tmp_path), Console(quiet=True))
    with pytest.raises(ProjectError, match=r"train_model \(.*\) returned None"):
        train(case(lambda X, y: None), settings_in(tmp_path), Console(quiet=True))
    assert not (tmp_path / "model_bin").exists()
