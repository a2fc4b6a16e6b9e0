"""A bundle, measured as it is served on labelled rows: what is counted, left out and reported."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from model_runtime.bundle.read import Bundle
from model_runtime.errors import ProjectError
from model_runtime.evaluation.run import evaluate
from model_runtime.features import Features
from model_runtime.settings import Settings
from model_runtime.training.use_case import UseCase

from ..support.labelled_files import QUIET, SUFFIXES, held_out, made, reasons, saved
from ..support.sample import PREFIX
from ..support.settings import settings_in
from ..support.small_cases import FEATURES, case, customers

TASKS = ("classification", "regression")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, Settings]:
    return made(case(), tmp_path_factory.mktemp("small"))


@pytest.fixture
def place(small: tuple[Bundle, Settings], tmp_path: Path) -> Settings:
    """Settings whose reports go to a folder of the test's own."""
    paths = small[1].paths.model_copy(update={"reports": tmp_path / "reports"})
    return small[1].model_copy(update={"paths": paths})


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_hold_out_in_a_file_has_the_metrics_of_the_bundle(
    small: tuple[Bundle, Settings], place: Settings, tmp_path: Path, suffix: str
) -> None:
    file = saved(held_out(case(), place), tmp_path / f"rows{suffix}")
    found = evaluate(case(), small[0], place, QUIET, file)
    assert found.measured.metrics == pytest.approx(small[0].metadata.metrics, abs=1e-9)
    assert found.left_out == 0


def test_of_the_data_that_it_learned_from_the_hold_out_is_measured(
    small: tuple[Bundle, Settings], place: Settings
) -> None:
    found = evaluate(case(), small[0], place, QUIET)
    assert found.measured.metrics == pytest.approx(small[0].metadata.metrics, abs=1e-9)
    assert found.read == 120
    assert "hold-out" in found.rows


def test_other_data_are_measured_whole(small: tuple[Bundle, Settings], place: Settings) -> None:
    found = evaluate(case(frame=customers(500)), small[0], place, QUIET)
    assert found.read == len(found.labelled) == 500


def test_the_projects_own_bundle_has_on_its_hold_out_what_training_said(
    trained: Path, bundle: Bundle, use_case: UseCase
) -> None:
    found = evaluate(use_case, bundle, settings_in(trained), QUIET)
    assert found.measured.metrics == pytest.approx(bundle.metadata.metrics, rel=1e-4)
    assert (trained / "reports-evaluation" / "evaluation.md").is_file()


def test_swapped_labels_are_told(
    small: tuple[Bundle, Settings], place: Settings, tmp_path: Path
) -> None:
    frame = held_out(case(), place)
    frame["bought"] = frame["bought"].map({"yes": "no", "no": "yes"})
    found = evaluate(case(), small[0], place, QUIET, saved(frame, tmp_path / "swapped.csv"))
    told = small[0].metadata.metrics
    assert found.measured.metrics["accuracy"] == pytest.approx(1 - told["accuracy"], abs=1e-9)
    assert found.measured.metrics["roc_auc"] == pytest.approx(1 - told["roc_auc"], abs=1e-9)


def test_rows_that_cant_be_measured_are_counted_by_reason_and_named(
    small: tuple[Bundle, Settings], place: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "rows.csv"
    lines = [
        "customer,income per.year,age,copy,Größe,bought,note",
        "1,1000,40,true,M,yes,x",
        "2,,40,0,,no,x",
        "3,1000,400,true,M,yes,x",
        "4,1000,40,true,XXL,yes,x",
        "5,1000,40,true,M,,x",
        "6,1000,40,true,M,perhaps,x",
        "7,1000,40,true,M,,x",
        "8,1000",
        "9,1000,40,true,M,NA,x",
    ]
    file.write_text("\n".join(lines), "utf-8")
    found = evaluate(case(), small[0], place, QUIET, file)
    assert (found.read, len(found.labelled), found.left_out) == (9, 2, 7)
    assert reasons(found.labelled) == {
        "'bought' is missing: nothing to measure against": 3,
        "'age' must be at most 120": 1,
        "'Größe' is not a label of this field": 1,
        "'bought' is none of the model's classes: no, yes": 1,
        "has 2 fields, and the header has 7 fields": 1,
    }
    with (found.folder / "rejects.csv").open(encoding="utf-8", newline="") as rejects:
        places = [(row["line"], row["field"]) for row in csv.DictReader(rejects)]
    assert places == [
        ("4", "age"),
        ("5", "Größe"),
        ("6", "bought"),
        ("7", "bought"),
        ("8", "bought"),
        ("9", ""),
        ("10", "bought"),
    ]


def test_without_a_row_that_can_be_measured_it_fails_and_says_why(
    small: tuple[Bundle, Settings], place: Settings, tmp_path: Path
) -> None:
    file = saved(customers(20).assign(bought="neither"), tmp_path / "rows.csv")
    with pytest.raises(ProjectError, match=r"None of the 20 rows .* none of the model's classes"):
        evaluate(case(), small[0], place, QUIET, file)
    file = saved(customers(20).drop(columns="bought"), tmp_path / "rows.parquet")
    with pytest.raises(ProjectError, match="no column 'bought', the target"):
        evaluate(case(), small[0], place, QUIET, file)
    file = saved(customers(20).drop(columns="bought"), tmp_path / "rows.jsonl")
    with pytest.raises(ProjectError, match="'bought' is missing"):
        evaluate(case(), small[0], place, QUIET, file)
    with pytest.raises(ProjectError, match="bundle's target is 'bought', and"):
        other = Features.model_validate(FEATURES.model_dump() | {"target": "sold"})
        evaluate(case(features=other), small[0], place, QUIET, file)


def test_rows_of_one_class_are_measured_by_what_they_tell(
    small: tuple[Bundle, Settings], place: Settings, tmp_path: Path
) -> None:
    frame = customers(50)
    file = saved(frame[frame["bought"] == "yes"], tmp_path / "rows.csv")
    wanted = FEATURES.model_dump() | {"thresholds": {"roc_auc": ">= 0.5"}}
    found = evaluate(case(features=Features.model_validate(wanted)), small[0], place, QUIET, file)
    assert found.missed == ["roc_auc is not measured and has to be >= 0.5"]
    assert "accuracy" in found.measured.metrics


def test_the_report_says_which_bundle_which_rows_and_how_good(
    small: tuple[Bundle, Settings], place: Settings, tmp_path: Path
) -> None:
    file = saved(customers(200), tmp_path / "new.csv")
    found = evaluate(case(), small[0], place, QUIET, file)
    report = (found.folder / "evaluation.md").read_text("utf-8")
    metadata = small[0].metadata
    assert f"# {metadata.name}, version {metadata.version}" in report
    assert str(file) in report
    assert found.sha256 in report
    for name in found.measured.metrics:
        assert f"| {name} | " in report
    for name in small[0].schema.classes:
        assert f"| {name} | " in report
    for picture in found.folder.glob("*.png"):
        assert f"({picture.name})" in report
    figures = json.loads((found.folder / "metrics.json").read_text("utf-8"))
    assert figures["metrics"] == found.measured.metrics
    assert figures["classes"][0]["rows"] == int((customers(200)["bought"] == "no").sum())


def test_a_missed_threshold_is_the_commands_failure(
    trained: Path, tmp_path: Path, use_case: UseCase
) -> None:
    """As `make evaluate` runs it, on the project's own data and on a target turned round."""
    features = use_case.features
    if not features.thresholds:
        pytest.skip("the use case asks nothing of its model")
    folders = {"BUNDLE": trained / "model_bin", "REPORTS": tmp_path / "reports"}
    environment = {f"{PREFIX}PATHS__{name}": str(folder) for name, folder in folders.items()}

    def evaluated(frame: pd.DataFrame, name: str) -> "subprocess.CompletedProcess[str]":
        file = saved(frame, tmp_path / name)
        return subprocess.run(
            [sys.executable, "-m", "model_runtime", "evaluate", "--", str(file)],
            env=os.environ | environment,
            capture_output=True,
            text=True,
        )

    frame = use_case.load()
    right = evaluated(frame, "right.parquet")
    assert right.returncode == 0, right.stderr
    target = frame[features.target]
    classes = target.unique()
    turned = dict(zip(classes, np.roll(classes, 1), strict=True))
    other = target.map(turned) if use_case.task.task.has_classes else target.max() - target
    wrong = evaluated(frame.assign(**{features.target: other}), "wrong.parquet")
    assert wrong.returncode == 1
    assert "The model misses its thresholds: " in wrong.stderr
    for name in features.thresholds:
        assert name in wrong.stdout
