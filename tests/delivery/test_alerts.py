"""The alerts, each as Prometheus itself decides it: what fires, and what must not."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from model_runtime.contract.routes import PATHS

from tests.delivery.images import needed
from tests.support.files import SKELETON

PREDICT, SCORE = "/api/predict", "/score"


@pytest.fixture(scope="module")
def rules(titanic: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = titanic / "deploy/helm/titanic/rules.yaml"
    return Path(shutil.copy(file, tmp_path_factory.mktemp("alerts")))


class Series(NamedTuple):
    """A metric and its values, one a minute, as promtool writes them."""

    name: str
    labels: dict[str, str]
    values: str


def asked(
    values: str, status: int, route: str = PREDICT, method: str = "POST", instance: str = "a"
) -> Series:
    labels = {"route": route, "method": method, "status": str(status), "instance": instance}
    return Series("http_requests_total", labels, values)


def often(per_minute: float, status: int, *more: str) -> Series:
    return asked(f"0+{per_minute}x60", status, *more)


def probed(readyz: int = 200) -> list[Series]:
    return [
        often(6, 200, "/livez", "GET"),
        often(12, readyz, "/readyz", "GET"),
        often(6, 200, "/metrics", "GET"),
    ]


def took(seconds: str, route: str, per_minute: int = 60) -> list[Series]:
    """Requests that all took longer than 0.1 seconds and at most so many."""
    within = {"0.1": 0, seconds: per_minute, "+Inf": per_minute}
    return [
        Series("http_request_duration_seconds_bucket", {"route": route, "le": le}, f"0+{n}x60")
        for le, n in within.items()
    ]


FAIL, REFUSED = {"AnswersFail"}, {"RequestsRefused"}
CASES: dict[str, tuple[list[Series], set[str]]] = {
    "nothing is known": ([], set()),
    "nothing but probes": (probed(), set()),
    "unready probes of a rolling update": (probed(503), set()),
    "all predictions are good": ([*probed(), often(60, 200)], set()),
    "all fail, one in five minutes": ([*probed(), often(0.2, 500)], FAIL),
    "all fail, one in half an hour": (
        [*probed(), asked("0x19 1x29 2x29", 500), asked("0x60", 200)],
        FAIL,
    ),
    "all fail, the first one ever before it was first scraped": (
        [*probed(), asked("_x44 1x20", 500)],
        FAIL,
    ),
    "all fail, whatever the route": ([*probed(), often(5, 503, SCORE)], FAIL),
    "all fail, and the pods are replaced": (
        [
            asked("0+1x20 _x40", 500),
            asked("_x20 1+1x20 _x20", 500, PREDICT, "POST", "b"),
            asked("_x40 1+1x20", 500, PREDICT, "POST", "c"),
        ],
        FAIL,
    ),
    "all fail, and the process starts anew each time": ([asked("1 1 1 0 " * 15, 500)], FAIL),
    "all end unanswered": ([often(1, 0)], FAIL),
    "one instance of three fails": (
        [often(60, 200), often(60, 200, PREDICT, "POST", "b"), often(60, 500, SCORE, "POST", "c")],
        FAIL,
    ),
    "2 % fail among many probes": ([*probed(), often(98, 200), often(2, 500)], FAIL),
    "1 in 1,000 fails": ([often(999, 200), often(1, 500)], set()),
    "failures of a quarter of an hour ago, and good answers since": (
        [asked("0x30 0+10x14 140x20", 500), asked("0x45 0+100x20", 200)],
        set(),
    ),
    "failures of an hour ago, and nothing since": ([asked("0+10x10 100x50", 500)], set()),
    "a scanner's bad paths": ([often(20, 404, "none", "GET"), often(5, 200)], set()),
    "a scanner's bad paths and no prediction": ([often(20, 404, "none", "POST")], set()),
    "a scanner's other methods": ([often(20, 405, SCORE, "GET"), often(5, 200)], set()),
    "a wrong token": ([often(20, 401, "/admin/reload"), often(5, 200)], set()),
    "failing reloads": ([often(20, 500, "/admin/reload"), often(5, 200)], set()),
    "clients that hang up": ([often(20, 499), often(1, 200)], set()),
    "clients that all hang up": ([often(20, 499), often(20, 408, SCORE)], set()),
    "clients that hang up, and nobody else has an answer": ([often(20, 499), often(1, 500)], FAIL),
    "all are refused": ([*probed(), often(5, 422)], REFUSED),
    "all are refused, one in five minutes": ([*probed(), often(0.2, 422)], REFUSED),
    "all are refused for their type": ([*probed(), often(5, 415, SCORE)], REFUSED),
    "a third is refused": ([often(10, 200), often(5, 400)], REFUSED),
    "a tenth is refused": ([often(9, 200), often(1, 422)], set()),
    "one typing error in a quiet hour": ([asked("0x35 1x30", 422)], set()),
    "slow predictions": (took("1", PREDICT), {"AnswersSlow"}),
    "slow pages": (took("1", "/docs") + took("1", "none"), set()),
    "predictions within their time": (took("0.25", PREDICT), set()),
}


DAY = 86_400


def measured(name: str, value: float, **labels: str) -> Series:
    """A gauge of `make performance` or `make drift`, which another job brings."""
    about = {"job": "model_drift", "model": "titanic", "release": "default/titanic", **labels}
    return Series(name, about, f"{value}x60")


def column(drifted: int, name: str = "Age", **labels: str) -> Series:
    return measured("model_drifted", drifted, kind="feature", column=name, **labels)


MEASURED: dict[str, tuple[list[Series], set[str]]] = {
    "thresholds are met": ([measured("model_performance_thresholds_missed", 0)], set()),
    "one threshold is missed": (
        [measured("model_performance_thresholds_missed", 1)],
        {"AnswersWorse"},
    ),
    "another release's threshold": (
        [measured("model_performance_thresholds_missed", 1, release="staging/titanic")],
        set(),
    ),
    "no column has drifted": ([column(0), column(0, "Fare")], set()),
    "one column of two has drifted": ([column(0), column(1, "Fare")], {"AnswersDrift"}),
    "another release's column": ([column(1, release="staging/titanic")], set()),
    "measured an hour ago": (
        [measured("model_drift_time_seconds", 0), measured("model_performance_time_seconds", 0)],
        set(),
    ),
    "drift was measured long ago": (
        [
            measured("model_drift_time_seconds", -15 * DAY),
            measured("model_performance_time_seconds", 0),
        ],
        {"NotMeasured"},
    ),
    "performance was measured long ago": (
        [
            measured("model_drift_time_seconds", 0),
            measured("model_performance_time_seconds", -15 * DAY),
        ],
        {"NotMeasured"},
    ),
}
CASES |= MEASURED


def fired(rules: Path, series: list[Series], at: str = "60m") -> set[str]:
    """Return the alerts that fire for metrics of the job `titanic`."""
    promtool = needed("promtool")
    names = [rule["alert"] for rule in alerts(rules)]
    told = [
        {"series": f"{name}{{{_labels({'job': 'titanic', **labels})}}}", "values": values.strip()}
        for name, labels, values in series
    ]
    checked = [{"eval_time": at, "alertname": name, "exp_alerts": []} for name in names]
    test = {"interval": "1m", "input_series": told, "alert_rule_test": checked}
    file = rules.with_name("test.yaml")
    file.write_text(yaml.safe_dump({"rule_files": [rules.name], "tests": [test]}))
    command = [promtool, "test", "rules", file.name]
    done = subprocess.run(command, cwd=rules.parent, capture_output=True, text=True)
    found = set(re.findall(r'Labels:\{alertname="(\w+)"', done.stdout + done.stderr))
    assert (done.returncode != 0) == bool(found), done.stdout + done.stderr
    return found


def alerts(rules: Path) -> list[dict[str, str]]:
    groups = yaml.safe_load(rules.read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


def _labels(labels: dict[str, str]) -> str:
    return ", ".join(f'{name}="{value}"' for name, value in labels.items())


@pytest.mark.parametrize("case", CASES)
def test_alerts_fire_for_predictions_and_for_nothing_else(rules: Path, case: str) -> None:
    series, expected = CASES[case]
    assert fired(rules, series) == expected


def test_a_model_of_another_job_on_the_same_host_is_not_this_ones(rules: Path) -> None:
    up = Series("up", {"instance": "a"}, "1x60")
    about = {"instance": "a", "name": "m", "version": "1", "engine": "onnx"}
    other = Series("model_info", {**about, "job": "other"}, "1x60")
    assert fired(rules, [up, other]) == {"NoModel"}
    assert fired(rules, [up, Series("model_info", about, "1x60")]) == set()
    assert fired(rules, [Series("up", {"instance": "a"}, "0x60")]) == {"ServiceDown"}


def test_another_release_in_the_same_prometheus_is_not_spoken_for(rules: Path) -> None:
    failing = often(5, 500)
    assert fired(rules, [failing._replace(labels=failing.labels | {"job": "other"})]) == set()


def test_rules_count_the_routes_that_predict() -> None:
    (file,) = SKELETON.glob("deploy/helm/*/rules.yaml")
    text = file.read_text("utf-8")
    counted = set(re.findall(r'http_requests_total\{[^}]*route=~"([^"]*)"', text))
    (pattern,) = counted
    for path in PATHS:
        assert re.fullmatch(pattern, path), path
    for path in ("none", "/livez", "/readyz", "/ping", "/metrics", "/admin/reload", "/docs"):
        assert not re.fullmatch(pattern, path), path
