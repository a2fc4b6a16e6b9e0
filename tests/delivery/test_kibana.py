"""A project's parts for Elasticsearch and Kibana: types of fields, and a dashboard that draws.

Neither can be had here. Vega draws the charts, of answers in the form that Elasticsearch has.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from model_runtime.serving.access_log import Request
from model_runtime.serving.prediction_log.event import Dropped, Event

from tests.support.files import COMPLETE
from tests.support.projects import Baked

DRAW = ("run", "--quiet", "--no-project", "--with", "vl-convert-python==1.8.0", "python")
CHARTS = {
    "classification": ["classes", "probability", "versions", "milliseconds"],
    "regression": ["values", "versions", "milliseconds"],
}


@pytest.fixture(scope="module", params=CHARTS)
def made(request: pytest.FixtureRequest, baked: Baked) -> tuple[str, Path]:
    """A task, and a project of it."""
    return request.param, baked({**COMPLETE, "project_name": "Titanic", "task": request.param})


def saved(project: Path) -> dict[str, dict[str, Any]]:
    """Return Kibana's objects by their ids."""
    text = (project / "deploy/monitoring/kibana.ndjson").read_text()
    return {each["id"]: each for each in map(json.loads, text.splitlines())}


def types(project: Path) -> dict[str, str]:
    """Return the type of each field in Elasticsearch."""
    template = json.loads((project / "deploy/monitoring/elasticsearch.json").read_text())
    fields = template["template"]["mappings"]["properties"]
    return {name: field["type"] for name, field in fields.items()}


def specs(project: Path) -> dict[str, dict[str, Any]]:
    """Return the charts' specifications, in the dashboard's order."""
    found = saved(project)
    shown = [each["id"] for each in found["titanic-predictions"]["references"]]
    states = {name: json.loads(found[name]["attributes"]["visState"]) for name in shown}
    return {name: json.loads(state["params"]["spec"]) for name, state in states.items()}


def aggregated(spec: Any) -> Iterator[tuple[str, str]]:
    """Yield each field that a chart asks for, and how."""
    if isinstance(spec, dict):
        for kind, asked in spec.items():
            if isinstance(asked, dict) and "field" in asked:
                yield kind, asked["field"]
            yield from aggregated(asked)


def test_the_dashboard_has_the_charts_of_the_task(made: tuple[str, Path]) -> None:
    task, project = made
    assert list(specs(project)) == [f"titanic-{name}" for name in CHARTS[task]]
    dashboard = saved(project)["titanic-predictions"]
    panels = json.loads(dashboard["attributes"]["panelsJSON"])
    named = [f"{panel['panelIndex']}:{panel['panelRefName']}" for panel in panels]
    assert named == [each["name"] for each in dashboard["references"]]


def test_all_look_at_the_index_that_the_collector_writes(made: tuple[str, Path]) -> None:
    _, project = made
    folder = project / "deploy" / "monitoring"
    collector = yaml.safe_load((folder / "fluent-bit.yaml").read_text())
    (output,) = collector["pipeline"]["outputs"]
    pattern = f"{output['logstash_prefix']}-*"
    template = json.loads((folder / "elasticsearch.json").read_text())
    assert template["index_patterns"] == [pattern]
    assert saved(project)["titanic"]["attributes"]["title"] == pattern
    assert {spec["data"]["url"]["index"] for spec in specs(project).values()} == {pattern}


def test_fluentd_takes_the_tag_that_the_service_gives(made: tuple[str, Path]) -> None:
    _, project = made
    example = (project / "deploy/monitoring/fluentd-mongodb.conf").read_text()
    tag = yaml.safe_load((project / "config.yaml").read_text())["log"]["forward"]["tag"]
    assert f"<match {tag}>" in example


def test_every_field_has_a_type_that_its_charts_can_count(made: tuple[str, Path]) -> None:
    _, project = made
    known = types(project)
    for struct in (Event, Request, Dropped):
        assert set(struct.__struct_fields__) <= set(known), struct
    wanted = {
        "percentiles": {"double"},
        "date_histogram": {"date"},
        "terms": {"keyword", "integer"},
    }
    for name, spec in specs(project).items():
        for kind, field in aggregated(spec["data"]["url"]["body"]):
            assert known[field] in wanted[kind], f"{name}: {field}"


Bucket = dict[str, Any]


def answer(spec: dict[str, Any]) -> list[Bucket]:
    """Return what Elasticsearch answers: of three minutes, the middle one has no predictions."""
    times = spec["data"]["url"]["body"]["aggs"]["predictions"]["aggs"]["time"]["aggs"]
    ((name, asked),) = times.items()
    if percents := asked.get("percentiles", {}).get("percents"):
        values = {f"{percent:.1f}": percent for percent in percents}
        full: Bucket = {"values": values}
        empty: Bucket = {"values": dict.fromkeys(values)}
    else:
        full = {"buckets": [{"key": key, "doc_count": 4} for key in ("1", "2")]}
        empty = {"buckets": []}
    return [{"key": 60_000 * at, name: each} for at, each in enumerate((full, empty, full))]


def drawn(charts: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return the pictures of charts."""
    script = Path(__file__).with_name("draw_charts.py")
    given = json.dumps(charts)
    done = subprocess.run(
        ["uv", *DRAW, str(script)], input=given, capture_output=True, text=True, cwd=script.parent
    )
    assert done.returncode == 0, done.stderr
    pictures: dict[str, str] = json.loads(done.stdout)
    return pictures


def test_the_charts_draw(made: tuple[str, Path]) -> None:
    _, project = made
    found = specs(project)
    charts = {name: {**each, "data": {"values": answer(each)}} for name, each in found.items()}
    for name, picture in drawn(charts).items():
        first = charts[name]["data"]["values"][0]
        values = first.get("percentiles", {}).get("values", "12")
        marks = re.findall(r'aria-roledescription="(?:bar|point)"', picture)
        assert len(marks) == 2 * len(values), name
