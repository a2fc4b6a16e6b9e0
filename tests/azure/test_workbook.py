"""The workbook's queries are right by Kusto's own service, and ask for what the service exports."""

import json
import re

from model_runtime.serving.metrics import Metrics

from tests.azure.kusto import analyse
from tests.azure.templates import FOLDER

CONTENT = json.loads((FOLDER / "workbook.json").read_text("utf-8"))
QUERIES = {
    item["name"]: item["content"]["query"].replace("{TimeRange:grain}", "5m")
    for item in CONTENT["items"]
    if item["type"] == 3
}

_COMMON = (
    "timestamp: datetime, itemType: string, itemCount: int, operation_Id: string, "
    "operation_Name: string, cloud_RoleName: string, cloud_RoleInstance: string, "
    "customDimensions: dynamic"
)
TABLES = {
    "requests": f"{_COMMON}, id: string, name: string, url: string, success: bool, "
    "resultCode: string, duration: real",
    "exceptions": f"{_COMMON}, type: string, outerMessage: string, problemId: string",
    "traces": f"{_COMMON}, message: string, severityLevel: int",
    "customMetrics": f"{_COMMON}, name: string, value: real, valueCount: int, valueSum: real, "
    "valueMin: real, valueMax: real",
}
"""Of Application Insights, with columns of theirs, as Azure Monitor's reference has them."""


def test_the_queries_are_right_by_kustos_own_language_service() -> None:
    found = dict(zip(QUERIES, analyse(*QUERIES.values(), tables=TABLES), strict=True))
    assert {name: each.diagnostics for name, each in found.items() if each.diagnostics} == {}
    wrong = QUERIES["requests"].replace("resultCode", "resultcode")
    assert analyse(wrong, tables=TABLES)[0].diagnostics


def test_they_ask_for_metrics_that_the_service_exports() -> None:
    families = {each.name for each in Metrics().registry.collect()}
    asked = {
        name: set(re.findall(r"customDimensions\.(\w+)", query))
        for query in QUERIES.values()
        if "customMetrics" in query
        for name in re.findall(r"'(\w+)'", query.partition("| summarize")[0])
    }
    assert asked.keys() == {
        "predictions",
        "model_info",
        "predictions_turned_away",
        "log_lines_dropped",
    }
    assert asked.keys() <= families
    assert asked["predictions"] == {"outcome"}
    assert asked["model_info"] == {"name", "version", "engine"}
    assert asked["log_lines_dropped"] == {"reason", "stream"}


def test_requests_latency_predictions_and_failures_are_in_it() -> None:
    assert {*QUERIES} >= {"requests", "duration", "predictions", "failures", "errors"}
    assert all(
        item["content"]["timeContextFromParameter"] == "TimeRange"
        for item in CONTENT["items"]
        if item["type"] == 3
    )
