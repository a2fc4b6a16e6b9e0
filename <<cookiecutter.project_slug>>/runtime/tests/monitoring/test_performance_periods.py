"""Performance by version and week, its thresholds, its report."""

import json

import pytest

from model_runtime.bundle.read import Bundle
from model_runtime.monitoring.performance_report import PerformanceReport

from ..support.logged import written
from ..support.performed import csv, many, performed
from ..support.settings import settings_in
from ..support.small_cases import case


@pytest.fixture(scope="module")
def two_months(shop: Bundle, tmp_path_factory: pytest.TempPathFactory) -> PerformanceReport:
    """A good version's weeks, then a bad one's."""
    folder = tmp_path_factory.mktemp("months")
    good, bad = many(600, 0.9), many(400, 0.6, version=2, hours=600)
    log = written(folder / "log.jsonl", good[0] + bad[0])
    known = csv(folder / "known.csv", *good[1], *bad[1])
    return performed(case(), shop, settings_in(folder), log, known, "week", accuracy=">= 0.85")


def test_versions_and_weeks_are_measured_each(two_months: PerformanceReport) -> None:
    found = two_months.performance
    assert list(found.periods) == [
        "2029-12-31",
        *(f"2030-01-{day:02}" for day in (7, 14, 21, 28)),
        "2030-02-04",
        "2030-02-11",
    ]
    assert sum(part.rows for part in found.periods.values()) == found.whole.rows == 1_000
    assert found.first == {1: "2029-12-31", 2: "2030-01-21"}
    accuracy = {version: part.metrics["accuracy"] for version, part in found.versions.items()}
    assert accuracy[1] > 0.85 > 0.65 > accuracy[2]
    for part in (found.whole, *found.periods.values(), *found.versions.values()):
        for name, value in part.metrics.items():
            low, high = part.intervals[name]
            assert low <= value <= high, name


def test_a_threshold_that_is_missed_is_told_with_both_sides(two_months: PerformanceReport) -> None:
    (missed,) = two_months.missed
    value = two_months.performance.whole.metrics["accuracy"]
    assert missed == f"accuracy is {value:.4g} and has to be >= 0.85"
    assert any("has to be >= 0.85" in line for line in two_months.lines())


def test_the_report_has_figures_pictures_and_gauges(two_months: PerformanceReport) -> None:
    folder, found = two_months.folder, two_months.performance
    card = (folder / "performance.md").read_text("utf-8")
    for picture in folder.glob("*.png"):
        assert f"({picture.name})" in card
    assert {file.name for file in folder.glob("*.png")} == {
        *("by_class.png", "by_version.png", "calibration.png", "confusion_matrix.png"),
        *("over_time.png", "roc.png"),
    }
    figures = json.loads((folder / "metrics.json").read_text("utf-8"))
    assert figures["whole"]["metrics"] == found.whole.metrics
    gauges = (folder / "performance.prom").read_text("utf-8")
    value = found.versions[2].metrics["accuracy"]
    about = 'metric="accuracy",model="shop",release="default/model-service",version="2"'
    assert f"model_performance{{{about}}} {value}" in gauges
    assert (
        'model_performance_thresholds_missed{model="shop",release="default/model-service"} 1.0'
        in gauges
    )
