"""Drift: what a log or a file has, against the counts that the bundle keeps of its training."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from model_runtime.bundle.read import Bundle
from model_runtime.bundle.reference import Ranges, Singles, read_reference
from model_runtime.errors import ProjectError
from model_runtime.monitoring.drift import Column, drift_of, psi
from model_runtime.monitoring.drift_report import DriftReport
from model_runtime.monitoring.drift_run import Asked, look_for_drift
from model_runtime.monitoring.periods import Unit
from model_runtime.monitoring.places import open_log
from model_runtime.settings import Settings

from ..support.labelled_files import QUIET, SUFFIXES, made, saved
from ..support.logged import event, requests, written
from ..support.settings import settings_in
from ..support.small_cases import customers, spending


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    """Settings whose reports go to a folder of the test's own."""
    return settings_in(tmp_path)


def looked(bundle: Bundle, settings: Settings, rows: Path, unit: Unit | None = None) -> DriftReport:
    """Look for drift in a log, or in a file of features."""
    source: Any = rows
    if rows.suffix == ".log":
        source = open_log(str(rows), "default", bundle.metadata.name, "", "")
    return look_for_drift(bundle, settings, QUIET, source, Asked(unit, 0.2))


def found(report: DriftReport) -> dict[str, bool]:
    return {each.name: each.drifted for each in report.columns}


def logged(frame: pd.DataFrame, file: Path, **others: Any) -> Path:
    """Write a log that shows the features of a data frame, an hour apart, and one answer."""
    rows = requests(frame, ["bought", "customer"])
    answer = {"yes": 0.6, "no": 0.4}
    return written(
        file, [event(k, answer, k, features=row, **others) for k, row in enumerate(rows)]
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_rows_like_trainings_have_not_drifted(
    shop: Bundle, place: Settings, tmp_path: Path, suffix: str
) -> None:
    report = looked(shop, place, saved(customers(400), tmp_path / f"rows{suffix}"))
    assert report.drifted == []
    assert report.seen.rows == 400
    columns = {"income per.year", "age", "copy", "Größe", "class", "probability"}
    assert found(report).keys() == columns


def test_what_has_drifted_is_named_and_what_has_not_is_not(
    shop: Bundle, place: Settings, tmp_path: Path
) -> None:
    frame = customers(400)
    frame["age"] = (frame["age"] // 3 + 60).clip(upper=90)
    frame.loc[::2, "Größe"] = "L"
    report = looked(shop, place, saved(frame, tmp_path / "rows.csv"))
    drifted = {each.name for each in report.drifted}
    assert {"age", "Größe"} <= drifted
    assert not {"income per.year", "copy"} & drifted
    size = next(each for each in report.columns if each.name == "Größe")
    assert size.moved.name == "L"
    assert size.moved.now == pytest.approx((frame["Größe"] == "L").mean())


def test_missing_values_are_drift_too(shop: Bundle, place: Settings, tmp_path: Path) -> None:
    frame = customers(400)
    frame.loc[frame.index % 2 == 0, "income per.year"] = np.nan
    report = looked(shop, place, saved(frame, tmp_path / "rows.parquet"))
    income = next(each for each in report.columns if each.name == "income per.year")
    assert income.drifted
    assert income.moved.name == "(missing)"


def test_few_rows_are_no_drift_whatever_their_psi(
    shop: Bundle, place: Settings, tmp_path: Path
) -> None:
    report = looked(shop, place, saved(customers(5), tmp_path / "rows.csv"))
    assert max(each.psi for each in report.columns) > 0.2
    assert report.drifted == []


def test_a_log_that_shows_features_tells_the_same_as_their_file(
    shop: Bundle, place: Settings, tmp_path: Path
) -> None:
    frame = customers(300)
    by_log = looked(shop, place, logged(frame, tmp_path / "all.log"))
    by_file = looked(shop, place, saved(frame, tmp_path / "rows.csv"))
    features = [
        {each.name: each.psi for each in report.columns if each.kind == "feature"}
        for report in (by_log, by_file)
    ]
    assert features[0] == pytest.approx(features[1])
    assert by_log.unit == "day"
    assert len(by_log.periods) == 13
    assert by_file.periods == {}


def test_only_this_versions_answers_are_compared_and_hashed_features_are_not(
    shop: Bundle, place: Settings, tmp_path: Path
) -> None:
    frame = customers(40)
    hashed = [{"Größe": "0f" * 16, "age": int(age)} for age in frame["age"]]
    answers = ({"yes": 0.9, "no": 0.1}, {"yes": 0.3, "no": 0.7})
    events = [
        event(k, answers[k % 2], features=row, version=k % 2 + 1) for k, row in enumerate(hashed)
    ]
    report = looked(shop, place, written(tmp_path / "x.log", [*events, "no event"]))
    assert {each.name: each.rows for each in report.columns} == {
        "class": 20,
        "probability": 20,
        "age": 40,
    }
    assert report.left_out == [
        "1 record is no prediction",
        "20 answers are another version's",
        "features that are not there: income per.year, copy (see log.features)",
        "features that are hashed: Größe",
    ]


def test_a_log_without_features_still_has_answers(
    shop: Bundle, place: Settings, tmp_path: Path
) -> None:
    events = [event(k, {"yes": 0.97, "no": 0.03}, k) for k in range(200)]
    report = looked(shop, place, written(tmp_path / "x.log", events), "week")
    assert found(report) == {"class": True, "probability": True}
    assert "'class' has a PSI of" in report.said()
    assert len(report.periods) == 2


@pytest.mark.slow
def test_a_regressions_predictions_drift(tmp_path: Path) -> None:
    bundle, settings = made(spending(), tmp_path)
    frame = customers(300).drop(columns="bought")
    assert looked(bundle, settings, saved(frame, tmp_path / "a.csv")).drifted == []
    older = frame.assign(age=(frame["age"] + 40).clip(upper=120))
    report = looked(bundle, settings, saved(older, tmp_path / "b.csv"))
    assert {"prediction", "age"} <= {each.name for each in report.drifted}


def test_the_report_has_figures_pictures_and_gauges(
    shop: Bundle, place: Settings, tmp_path: Path
) -> None:
    frame = customers(300).assign(age=25)
    report = looked(shop, place, logged(frame, tmp_path / "x.log"))
    card = (report.folder / "drift.md").read_text("utf-8")
    pictures = {file.name for file in report.folder.glob("*.png")}
    assert pictures == {"psi.png", "over_time.png", "changes.png"}
    assert all(f"({name})" in card for name in pictures)
    figures = json.loads((report.folder / "metrics.json").read_text("utf-8"))
    assert [each["psi"] for each in figures["columns"]] == [each.psi for each in report.columns]
    gauges = (report.folder / "drift.prom").read_text("utf-8")
    about = 'column="age",kind="feature",model="shop",release="default/model-service"'
    assert f"model_drifted{{{about}}} 1.0" in gauges
    assert any("age" in line and line.endswith("DRIFTED") for line in report.lines())


def test_a_bundle_without_a_reference_is_told(
    shop: Bundle, place: Settings, tmp_path: Path
) -> None:
    bare = Bundle(shop.schema, shop.metadata, shop.model)
    with pytest.raises(ProjectError, match=r"reference\.json has no spread of the answers"):
        looked(bare, place, saved(customers(20), tmp_path / "rows.csv"))


def test_psi_is_the_textbooks() -> None:
    """Of two bins that swap 60 % and 40 %: 2 x 0.2 ln 1.5; half a row more in each is little."""
    before, now = np.array([60_000, 40_000]), np.array([40_000, 60_000])
    assert psi(before, now) == pytest.approx(0.4 * np.log(1.5), abs=1e-4)
    assert psi(before, before) == 0


def test_distance_and_chance_are_at_their_ends_for_alike_and_apart() -> None:
    column = Column("feature", "x", Singles(counts=[50, 50, 0, 0], singles=["a", "b"]))
    same = drift_of(column, np.array([500, 500, 0, 0]), 0.2, 1)
    assert (same.distance, same.p, same.drifted) == (0, 1, False)
    other = drift_of(column, np.array([0, 0, 100, 0]), 0.2, 1)
    assert other.distance == pytest.approx(1)
    assert other.drifted
    assert other.moved.name == "(others)"


def test_by_chance_no_column_of_many_drifts_more_often_than_it_says() -> None:
    random = np.random.default_rng(0)
    column = Column(
        "feature", "x", Ranges(counts=[100] * 10 + [0], kind="values", edges=list(range(9)))
    )
    draws = [np.append(random.multinomial(60, [0.1] * 10), 0) for _ in range(1_000)]
    assert sum(drift_of(column, draw, 0.2, 1).drifted for draw in draws) <= 20
    assert sum(psi(np.array(column.spread.counts), draw) >= 0.2 for draw in draws) > 100


def test_the_reference_holds_counts_of_at_least_five_rows_and_no_row(
    shop: Bundle,
) -> None:
    reference = read_reference(shop.reference, Path("reference.json"))
    assert reference.features.keys() == {each.name for each in shop.schema.features}
    train = 480
    for spread in reference.features.values():
        assert sum(spread.counts) == train
    income, size = reference.features["income per.year"], reference.features["Größe"]
    assert isinstance(income, Ranges)
    assert len(income.edges) == 9
    assert min(income.counts[:-1]) >= 40
    assert isinstance(size, Singles)
    assert size.singles == ["L", "M", "S"]
    assert sum(reference.answers["class"].counts) == 120
    assert len(shop.reference) < 10_000
